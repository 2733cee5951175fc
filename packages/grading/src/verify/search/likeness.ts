/**
 * Whether two answers might be the same, decided without the grader: from their texts, and from the value of what a few lines of arithmetic
 * in doubles can work out. It errs on the side of "alike", since it decides what is not counted against the grader.
 */
export function mightBeAlike(a: string, b: string): boolean {
  const [p, q] = [named(a), named(b)]
  // Another name is another quantity, and a ratio is no value of a named one.
  if (p && q) return p.name === q.name && mightBeAlike(p.value, q.value)
  const [one, other] = [p?.value ?? a, q?.value ?? b]
  const isRatio = [one, other].map((text) => /\d:\d/.test(text))
  if (isRatio[0] !== isRatio[1] && (p || q)) return false
  const [x, y] = [skeleton(one), skeleton(other)]
  if (x === '' || y === '') return x === y
  if (x === y || letters(x) === letters(y)) return true
  const [u, v] = [valueOf(x), valueOf(y)]
  if (u === null || v === null) return false
  const near = (p: number, q: number) => Math.abs(p - q) <= 1e-3 * Math.max(Math.abs(p), Math.abs(q))
  return near(u, v) || near(u * 100, v) || near(u, v * 100)
}

/** `\\beta=4`: a name without digits (but those of an index or argument) or operators, and its value. */
function named(answer: string): { name: string; value: string } | null {
  const [, name, value] =
    /^((?:\\?[A-Za-z]|[\s{}'|])+(?:_(?:\{\w+\}|\w+))?(?:\([^=]*\))?)\s*=([^=]+)$/.exec(answer.replace(/^\\boxed\{([\s\S]*)\}$/, '$1')) ?? []
  return name === undefined || value === undefined ? null : { name: name.replace(/[\s{}]/g, ''), value }
}

/** Without names, units, signs of currency, fonts, spaces and outer brackets. */
function skeleton(answer: string): string {
  let text = answer
    .replace(/^\\boxed\{([\s\S]*)\}$/, '$1')
    .replace(/(?<=\d)\s*(?:\\text\{)?\s*(dozen|million)\s*\}?/g, (_, word: string) => (word === 'dozen' ? '*12' : '*1000000'))
    .replace(/\\(?:text|mathrm|textbf|mbox)\s*\{([^{}]*)\}(?:\^\{?[23]\}?)?/g, (_, words: string) =>
      /\d/.test(answer) && !/\d/.test(words) ? ' ' : words,
    )
    .replace(/\\[dt]?frac\s*(\d)\s*(\d)/g, '(($1)/($2))')
    .replace(/\\[dt]?frac\s*(\d)\s*(?=\{)/g, '\\frac{$1}')
    .replace(/(?<=\\[dt]?frac\s*\{[^{}]*\})\s*(\d)/g, '{$1}')
  for (let round = 0; round < 4; round++)
    text = text.replace(/\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, '(($1)/($2))').replace(/\\sqrt\s*\{([^{}]*)\}/g, 'sqrt($1)')
  return text
    .replace(/\\(?:left|right|[,!;: ]|quad|displaystyle|\$|%)|\^\{?\\circ\}?|[$\s]|\\%/g, '')
    .replace(/\\sqrt(\d)/g, 'sqrt($1)')
    .replace(/\{,\}|,(?=\d{3}(?!\d))/g, '')
    .replace(/\\cdot|\\times/g, '*')
    .replace(/\\pi/g, '(3.141592653589793)')
    .replace(/^[A-Za-z](?:\([a-z]\))?=/, '')
    .replace(
      /(?<=\d)(?:cm|km|m|inches|feet|miles|hours|minutes|seconds|days|years|dollars|cents|degrees|units|square\w*|cubic\w*|percent|apples|ways|people)\w*(?:\^\{?\d\}?)?$/i,
      '',
    )
    .replace(/^\((.*)\)$/, (whole, inner: string) => (/[(),]/.test(inner) ? whole : inner))
    .toLowerCase()
}
/** The same letters and digits in any order: sums and products whose terms are ordered in another way. */
const letters = (text: string) => [...text.replace(/[^a-z\d]/g, '')].sort().join('')

/** Plain arithmetic, or null. */
function valueOf(text: string): number | null {
  const expression = text
    .replace(/^(-?\d+),(\d+)$/, '$1.$2') // a decimal comma
    .replace(/^\\[dt]?frac\{((?!0+\}).+)\}\{\1\}$/, '1') // beyond doubles, by itself
    .replace(/^\(\(((?!0+\)).+)\)\/\(\1\)\)$/, '1')
    .replace(/^\\prod_\{?k=1\}?\^\{?0\}?k$/, '1')
    .replace(/\^/g, '**')
    .replace(/[{]/g, '(')
    .replace(/[}]/g, ')')
    .replace(/(?<=[\d)])(?=\(|sqrt)/g, '*')
    .replace(/sqrt/g, 'Math.sqrt')
  const ratio = /^([\d.]+):([\d.]+)$/.exec(expression)
  if (ratio) return Number(ratio[1]) / Number(ratio[2])
  if (!/^(?:Math\.sqrt|[-+*/().\d]|(?<=\d)e-?\d)+$/.test(expression) || expression.length > 200) return null
  try {
    const value: unknown = new Function(`return (${expression})`)() // oxlint-disable-line no-new-func -- digits, signs and Math.sqrt only
    return typeof value === 'number' && Number.isFinite(value) ? value : null
  } catch {
    return null
  }
}
