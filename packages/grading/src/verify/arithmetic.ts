import { add, divide, multiply, negate, parseDecimal, power, type Rational } from './rational.ts'

/**
 * The exact value of plain arithmetic (numbers with thousands commas and currency signs, + - * / ^, brackets, a percent sign after a
 * number), or null for anything else. `x`, `×`, `÷` and LaTeX's `\times`, `\cdot`, `\div`, `\frac{a}{b}` count as operators. At most 500
 * characters.
 */
export function evaluateArithmetic(text: string): Rational | null {
  if (text.length > 500) return null
  const tokens = tokenize(text)
  let at = 0
  const take = (wanted: string) => tokens[at] === wanted && ++at > 0

  function sum(): Rational | null {
    let left = product()
    while (left) {
      const minus = tokens[at] === '-'
      if (!minus && tokens[at] !== '+') break
      at++
      const right = product()
      left = right && add(left, minus ? negate(right) : right)
    }
    return left
  }
  function product(): Rational | null {
    let left = signed()
    while (left) {
      const by = tokens[at]
      if (by !== '*' && by !== '/') break
      at++
      const right = signed()
      left = right && (by === '*' ? multiply(left, right) : divide(left, right))
    }
    return left
  }
  function signed(): Rational | null {
    if (take('+')) return signed()
    if (!take('-')) return raised()
    const value = signed()
    return value && negate(value)
  }
  function raised(): Rational | null {
    const base = primary()
    if (!base || !take('^')) return base
    const exponent = signed()
    return exponent?.d === 1n ? power(base, exponent.n) : null
  }
  function primary(): Rational | null {
    let value: Rational | null
    if (take('(')) {
      value = sum()
      if (!take(')')) return null
    } else value = parseDecimal(tokens[at++] ?? '')
    return value && take('%') ? divide(value, { n: 100n, d: 1n }) : value
  }

  const value = sum()
  return at === tokens.length ? value : null
}

const spellings: [RegExp, string][] = [
  [/\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, '(($1)/($2))'],
  [/\\times|\\cdot|[×·⋅∙]|(?<=[\d)%]\s*)[xX](?=\s*[\d($.])|\*(?!\*)/g, '*'],
  [/\\div|÷|\/\//g, '/'],
  [/[−–]/g, '-'],
  [/\*\*/g, '^'],
  [/\\%/g, '%'],
  [/\\?[$€£]|\\left|\\right|\\[,!;]/g, ' '],
  [/[[{]/g, '('],
  [/[\]}]/g, ')'],
  [/(\d),(?=\d{3}(?!\d))/g, '$1'],
]

/** No tokens where there is anything but arithmetic. */
function tokenize(text: string): string[] {
  const plain = spellings.reduce((left, [pattern, replacement]) => left.replace(pattern, replacement), text)
  const tokens = plain.match(/\d+\.?\d*|\.\d+|[-+*/^()%]|\S/g) ?? []
  const depth = tokens.filter((token) => token === '(').length
  return depth > 50 || tokens.some((token) => token.length > 256 || !/^(?:[\d.]+|[-+*/^()%])$/.test(token)) ? [] : tokens
}
