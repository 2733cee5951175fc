import type { Node } from './node.ts'

/**
 * Reads the LaTeX that most answers are made of (numbers, letters, fractions, roots, powers, sums, products, round brackets) to the node that the engine's parser gives for it; undefined for all else, which
 * is then the engine's: it takes some fifty times as long. `parse-plain.test.ts` compares the two.
 */
export function parsePlain(latex: string): Node | undefined {
  text = latex
  at = 0
  try {
    const node = sum()
    return at === text.length ? node : undefined
  } catch (error) {
    if (error === other) return undefined
    throw error
  }
}

/** What this parser leaves to the engine. */
const other = Symbol('another form')
const leave = (): never => {
  throw other
}
let text = ''
let at = 0

function sum(): Node {
  const terms = [difference()]
  while (accept('+')) terms.push(difference(false))
  return terms.length === 1 ? (terms[0] as Node) : ['Add', ...terms]
}

/** `a-b-c`; a sign in front only where the sum begins. */
function difference(signed = true): Node {
  let left = quotient(signed)
  while (accept('-')) left = ['Subtract', left, quotient(false)]
  return left
}

/** `a/b/c` or `a\cdot b\cdot c`; both kinds in one are left to the engine. */
function quotient(signed: boolean): Node {
  const first = product(signed)
  if (accept('/')) {
    let left: Node = ['Divide', first, product(false)]
    while (accept('/')) left = ['Divide', left, product(false)]
    return command('cdot') || command('times') ? leave() : left
  }
  const factors = [first]
  while (command('cdot') || command('times')) factors.push(product(false))
  if (text[at] === '/') leave()
  return factors.length === 1 ? first : ['Multiply', ...factors]
}

/** Factors side by side. */
function product(signed: boolean): Node {
  spaces()
  if (signed && text[at] === '+') leave()
  const isNegative = signed && accept('-')
  const first = power()
  const factors: Node[] = [isNegative ? ['Negate', first] : first]
  while (begins()) factors.push(power())
  return factors.length === 1 ? (factors[0] as Node) : ['InvisibleOperator', ...factors]
}

const begins = (): boolean => {
  spaces()
  const code = text.charCodeAt(at)
  if (isLetter(code) || code === 40) return true
  if (isDigit(code) || code === 46) leave() // digits that only a space parts are one number
  return code === 92 && !text.startsWith('\\cdot', at) && !text.startsWith('\\times', at)
}

function power(): Node {
  const base = primary()
  spaces()
  if (text[at] !== '^') return base
  at++
  spaces()
  const exponent = text[at] === '{' ? braced() : single()
  spaces()
  if (text[at] === '^' || text[at] === '_') leave()
  if (typeof base === 'string' && Array.isArray(exponent) && exponent[0] === 'Negate') leave() // `f^{-1}` may be an inverse
  return ['Power', base, exponent]
}

function primary(): Node {
  spaces()
  const code = text.charCodeAt(at)
  if (isDigit(code) || code === 46) return number()
  if (isLetter(code)) return letter()
  if (code === 40) {
    at++
    const inside = sum()
    if (!accept(')')) leave()
    return ['Delimiter', inside]
  }
  return code === 92 ? call() : leave()
}

function call(): Node {
  if (command('frac')) return ['Divide', argument(), argument()]
  if (command('sqrt')) return ['Sqrt', text[at] === '[' ? leave() : argument()]
  for (const [name, node] of constants) if (command(name)) return text[at] === '_' ? leave() : node
  return leave()
}
const constants = [
  ['pi', 'Pi'],
  ['theta', 'theta'],
  ['alpha', 'alpha'],
  ['beta', 'beta'],
] as const

/** In braces, or one digit or letter. */
function argument(): Node {
  spaces()
  return text[at] === '{' ? braced() : single()
}
function braced(): Node {
  at++
  const inside = sum()
  if (!accept('}')) leave()
  return inside
}
function single(): Node {
  const code = text.charCodeAt(at)
  if (isDigit(code)) return Number(text[at++])
  return isLetter(code) ? (text[at++] as string) : leave()
}

function letter(): Node {
  const name = text[at++] as string
  // The engine takes `P(A)` for the value of a function.
  if (name <= 'Z' && /^ *\(/.test(text.slice(at, at + 9))) return leave()
  if (text[at] !== '_') return isPrime(text[at]) || (name === 'd' && isLetter(text.charCodeAt(at))) ? leave() : name
  const index = /^_(?:([A-Za-z\d])|\{([A-Za-z]|\d{1,4})\})(?![A-Za-z\d]*[_'])/.exec(text.slice(at, at + 12))
  if (!index || 'ei'.includes(name)) return leave()
  at += index[0].length
  return `${name}_${index[1] ?? index[2]}`
}
const isPrime = (sign: string | undefined) => sign === "'" || sign === '!' || sign === '['

function number(): Node {
  const from = at
  while (isDigit(text.charCodeAt(at))) at++
  if (text[at] === '.') {
    at++
    if (!isDigit(text.charCodeAt(at))) leave()
    while (isDigit(text.charCodeAt(at))) at++
  }
  // Digits that a double holds; no exponent, separators or factorials.
  const digits = text.slice(from, at)
  spaces()
  // `0.1(3)` repeats its last digits for ever.
  if (digits.length > 15 || /[eE.,!'_]/.test(text[at] ?? '') || (text[at] === '(' && digits.includes('.'))) leave()
  return Number(digits)
}

function accept(sign: string): boolean {
  spaces()
  if (text[at] !== sign) return false
  at++
  return true
}
function command(name: string): boolean {
  spaces()
  if (text[at] !== '\\' || !text.startsWith(name, at + 1) || isLetter(text.charCodeAt(at + 1 + name.length))) return false
  at += name.length + 1
  return true
}
function spaces(): void {
  while (text[at] === ' ') at++
}
const isDigit = (code: number) => code >= 48 && code <= 57
const isLetter = (code: number) => (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
