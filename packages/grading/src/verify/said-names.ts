import { bare, tidy } from './maths/tidy.ts'
import { greek, sameName } from './name.ts'

/** One symbol: a letter, a Greek one, a segment, with an index, primes or arguments. */
const letter = String.raw`(?:\\(?:${greek})(?![A-Za-z])|[\u0391-\u03c9]|(?<![A-Za-z\\'’])(?:[A-Za-z]|[A-Z]{2,3})(?![A-Za-z]))`
const dressed = String.raw`(?:\\(?:overline|angle|widehat|hat|bar|vec|mathbf|mathrm|text)\s*\{?\s*)?${letter}\s*\}?`
const symbol = String.raw`${dressed}(?:_(?:\w|\{[^{}]*\})|[₀-₉\d](?![\d.]))?['′]*(?:\([^()\n]{1,20}\))?`
/** Whose labels are no quantities: `part A is 5`. */
const labelled =
  /\b(?:part|question|problem|option|choice|case|step|exercise|figure|table|section|team|class|group|player|plan|store|shop|row|column|statement|method|line|point|page|type|item|set|version)\s*\(?$/i
const copula = String.raw`(?:is|was|equals|becomes|(?:must|should|will|would|has\s+to|turns\s+out\s+to)\s+be|est|vaut|ist|beträgt|es|è|é|равно|равен|равна|(?:的值|の値)?\s*(?:是|等于|等於|为|為|は))(?:\s+(?:then|thus|therefore|hence|exactly|just|simply|equal\s+to|given\s+by))*|:`
const open = String.raw`[\s$({[\\]*(?:boxed\s*\{|fbox\s*\{)?[\s$(]*[-+]?[\s$]*`
const saidBefore = new RegExp(String.raw`(${symbol})[\s$)*_]*(?:${copula})[\s$*_]*${open}$`, 'u')
const saidBehind = new RegExp(
  String.raw`^[\s$})]*(?:=|(?:is|as|for)(?:\s+the)?(?:\s+(?:value|variable))?(?:\s+(?:of|for))?(?=\W))[\s$({]*(${symbol})(?![\s$]*[-+*/^\d(])`,
  'u',
)
const side = new RegExp(String.raw`(?<![-+*/^\d)}\\]\s*)(${symbol}|\\frac\{[A-Z]+\}\{[A-Z]+\})[\s$&]*$`, 'u')
const described = /(?<![-+*/^\d)}\\A-Za-z]\s*)([A-Za-z]{3,}(?: [A-Za-z]+){0,5})[\s$&]*$/

/**
 * Whether a text gives another name than `name` to what stands from `from` to `to` in it: `k` in `k = x = -3`, "the value of k is -3" and "-3 is the value of k". A description (`median = 3`) is another name only of what has one
 * itself; with a symbol it may go together.
 */
export function isNamedOtherwise(name: string, text: string, from: number, to: number): boolean {
  const isDescribed = /[A-Za-z]{3}/.test(name) && !name.includes('\\')
  const names = saidNames(text, from, to).filter((said) => isDescribed || !/^[A-Za-z]{3,}/.test(said) || /^[A-Z]{3}$/.test(said))
  return names.length > 0 && !names.some((said) => sameName(name, bare(tidy(said))))
}

function saidNames(text: string, from: number, to: number): string[] {
  const before = text
    .slice(Math.max(0, from - 200), from)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/\n\s*/g, '\n')
    .replace(/\\(?:text|mathrm)\s*\{([^{}]*)\}/g, '$1')
    .replace(/(?<![\w)\]}])\*+/g, ' ')
  const behind = saidBehind.exec(text.slice(to, to + 80))?.[1]
  const chain = before
    .replace(/\\(?:begin|end)\{[^{}]*\}/g, ' ')
    .replace(/(?:\\\\)?\s*\n?\s*&?\s*(?==)/g, ' ')
    .replace(/\([^()\n]{0,20}\)/g, (inside) => inside.replaceAll('=', within))
  const start = Math.max(...[/[\n;!?。；](?![^]*[\n;!?。；])/, /[.,:]\s(?![^]*[.,:]\s)/].map((stop) => chain.search(stop)))
  const names = chainNames(chain.slice(start + 1).split(/[=≈]|\\approx/)).map((one) => one.replaceAll(within, '='))
  const said = names.length === 0 ? saidBefore.exec(before) : null
  if (said && !labelled.test(before.slice(0, said.index).trimEnd())) names.push((said[1] as string).trim())
  return behind === undefined ? names : [...names, behind]
}
/** Stands for the equals sign of `P(X=2)`. */
const within = '\u0001'

/** The names among the sides of a chain that ends where the number begins; what words part from it is none of it. */
function chainNames(sides: string[]): string[] {
  const names: string[] = []
  for (let i = sides.length - 1; i > 0 && !prose.test(sides[i] as string); i--) {
    const found = (side.exec(sides[i - 1] as string) ?? described.exec(sides[i - 1] as string))?.[1]?.trim()
    if (found !== undefined) names.push(found)
  }
  return names
}
const prose = /(?<![\\A-Za-z{])[A-Za-z]*[a-z]{2}/
