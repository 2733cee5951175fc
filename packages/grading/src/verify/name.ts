import { bare } from './maths/tidy.ts'

/**
 * A name: a symbol, a word, a function of something, a ratio or tuple of names, an angle or length; nothing with a sum or a coefficient.
 */
const letters =
  'alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|vartheta|iota|kappa|lambda|mu|nu|xi|rho|varrho|sigma|tau|upsilon|phi|varphi|chi|psi|omega'
const capitals = 'Gamma|Delta|Theta|Lambda|Xi|Sigma|Upsilon|Phi|Psi|Omega'
export const greek = `${letters}|${capitals}|ell|hbar`
const marks =
  'angle|triangle|overline|vec|text|widehat|hat|bar|tilde|widetilde|dot|measuredangle|operatorname|mathcal|mathbb|mathbf|sin|cos|tan'
const name = String.raw`(?:\\(?:${marks}|(?:${greek})(?![A-Za-z]))(?:\{[^{}]*\})?|[A-Za-z])`
const symbol = String.raw`\|?${name}+(?:_(?:\w|\{[^{}]*\}))?'*(?:\^\{-1\}|\^\{?\*\}?)?(?:\([^<>]*\))?\|?(?:'*)`
const several = `${symbol}(?:,${symbol})+`
const quotient = String.raw`\\frac\{${symbol}\}\{${symbol}\}|${symbol}[:/]${symbol}`
const nameLike = new RegExp(String.raw`^(?:${symbol}|${quotient}|\(${several}\)|\[${name}+\]|[A-Za-z]\d|${several})$`)
const quotientLike = new RegExp(`^(?:${quotient})$`)

/** Whether one side of an equation (tidied LaTeX) is a name. */
export const isName = (side: string): boolean => nameLike.test(bare(side))
/** `\\frac{AB}{CD}`, `V_1:V_2`: what such a name gives may be a ratio. */
export const isQuotient = (key: string): boolean => quotientLike.test(key)

const decorations = /\\(?:overline|angle|measuredangle|triangle|widehat|hat|bar|vec|operatorname|mathrm|mathbf|text)|[{}|\s$]/g
const letterCodes = new Map(
  [...'αβγδεζηθικλμνξρστυφχψω'].map((letter, i) => [
    letter,
    `\\${'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon phi chi psi omega'.split(' ')[i]}`,
  ]),
)
for (const [i, letter] of [...'ΓΔΘΛΞΣΥΦΨΩ'].entries()) letterCodes.set(letter, `\\${capitals.split('|')[i]}`)
for (const [letter, code] of [
  ['ϕ', '\\phi'],
  ['ϵ', '\\epsilon'],
  ['ς', '\\sigma'],
  ['ℓ', '\\ell'],
])
  letterCodes.set(letter as string, code as string)
const spelledOut = new RegExp(String.raw`(?<![A-Za-z\\])(?:${letters}|${capitals})(?![A-Za-z])`, 'g')
/** What announces a value and names nothing. */
const announces = /^(?:(?:the)?(?:final)?(?:answer|ans|result|solution|value|output))$/i

/** A name without what dresses it: `\\overline{AB}`, `m\\angle ABC`; `β`, `beta` and `\\beta` in one spelling, and so `x_1`, `x1`, `x₁`. */
const undressed = (key: string) =>
  key
    .replace(/[\u0370-\u03ff\u2113]/g, (letter) => letterCodes.get(letter) ?? letter)
    .replace(/[₀-₉]/g, (digit) => String((digit.codePointAt(0) as number) - 0x2080))
    .replace(/^m(?=\\angle)/, '')
    .replace(decorations, '')
    .replace(spelledOut, '\\$&')
    .replace(/\\var(?=epsilon|phi|theta|rho|sigma)/g, '\\')
    .replace(/_/g, '')
const applied = /^(\\?[A-Za-z]+)\(.+\)$/

/**
 * Whether two names may mean the same quantity: no name at all, the same, `y` and a function of something, `f(x)` and `f(n)`, `P` and `P(A)`, segments and
 * angles read from their other end, one description within another (`\\text{Area}`, `\\text{the area}`), its first letter (`A`).
 */
export function sameName(a: string, b: string): boolean {
  if (a === '' || b === '' || a === b) return true
  const [x, y] = [undressed(a), undressed(b)]
  if (x === y || announces.test(x) || announces.test(y)) return true
  if ((x === 'y' && /^[fgh]\(\w\)$/.test(y)) || (y === 'y' && /^[fgh]\(\w\)$/.test(x))) return true
  const [f, g] = [x, y].map((key) => /^(\w+)\([k-nst-z]\)$/.exec(key)?.[1])
  if (f !== undefined && f === g) return true
  if (applied.exec(x)?.[1] === y || applied.exec(y)?.[1] === x) return true
  if (/^[A-Z]{2,3}$/.test(x) && x === [...y].reverse().join('')) return true
  const [p, q] = [x, y].map((key) => key.toLowerCase()) as [string, string]
  const isWord = (key: string) => /\\text|(?<!\\)\b[A-Za-z]{4,}/.test(key)
  if (isWord(a) && isWord(b)) return p.includes(q) || q.includes(p)
  return (isWord(a) && q.length === 1 && p.startsWith(q)) || (isWord(b) && p.length === 1 && q.startsWith(p))
}
