import { parseDecimal, type Rational } from '../rational.ts'
import { exactValue } from './exact-value.ts'
import { isMixedNumber, literal, operands, operator, type Node } from './node.ts'

/** The Mersenne prime 2^127 - 1. */
const prime = (1n << 127n) - 1n
const longestFactorial = 200_000n

/**
 * The residue of a rational constant that is too large to write out (`2^{10000}`, `1000!`), modulo a prime of 127 bits: two different
 * constants agree by chance only once in 10^38. Null where it is not rational, divides by a multiple of the prime, or is not understood.
 */
export function residue(node: Node): bigint | null {
  const text = literal(node)
  if (text !== null) return fromRational(parseDecimal(text))
  const children = operands(node)
  const head = operator(node) as string
  if (head === 'Power') return raised(children)
  const exact = head === 'Factorial' && children[0] !== undefined ? exactValue(children[0], new Map()) : null
  if (head === 'Factorial') return exact && factorial(exact)
  const values = children.map(residue)
  if (values.length === 0 || values.some((value) => value === null)) return null
  const [first, ...rest] = values as [bigint, ...bigint[]]
  switch (isMixedNumber(node) ? 'Add' : head) {
    case 'Add':
      return modulo(rest.reduce((sum, x) => sum + x, first))
    case 'Subtract':
      return modulo(rest.reduce((sum, x) => sum - x, first))
    case 'Negate':
      return modulo(-first)
    case 'Multiply':
    case 'InvisibleOperator':
      return rest.reduce((product, x) => modulo(product * x), first)
    case 'Divide':
    case 'Rational':
      return rest.length === 1 && rest[0] !== 0n ? modulo(first * inverse(rest[0] as bigint)) : null
    case 'Delimiter':
      return first
    default:
      return null
  }
}

const modulo = (x: bigint) => ((x % prime) + prime) % prime
const inverse = (x: bigint) => modularPower(x, prime - 2n)
const fromRational = (x: Rational | null) => (x && x.d % prime !== 0n ? modulo(modulo(x.n) * inverse(modulo(x.d))) : null)

function raised([base, exponent]: readonly Node[]): bigint | null {
  if (base === undefined || exponent === undefined) return null
  const [value, times] = [residue(base), exactValue(exponent, new Map())]
  if (value === null || times?.d !== 1n || (value === 0n && times.n <= 0n)) return null
  return times.n < 0n ? inverse(modularPower(value, -times.n)) : modularPower(value, times.n)
}

function modularPower(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, modulo(base)]
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % prime
    square = (square * square) % prime
  }
  return result
}

function factorial({ n, d }: Rational): bigint | null {
  if (d !== 1n || n < 0n || n > longestFactorial) return null
  let result = 1n
  for (let i = 2n; i <= n; i++) result = (result * i) % prime
  return result
}
