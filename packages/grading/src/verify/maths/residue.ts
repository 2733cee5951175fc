import { parseDecimal, type Rational } from '../rational.ts'
import { exactValue } from './exact-value.ts'
import { literal, operands, operator, type Node } from './node.ts'

/**
 * Primes p with (p - 1) / 2 prime, so that the powers of every number but 0, 1 and -1 repeat only after (p - 1) / 2 steps or more; those of
 * 2 modulo a Mersenne prime 2^q - 1 do so every q steps.
 */
const sieve = [(1n << 127n) - 2721n, (1n << 61n) - 2373n] as const
const longestFactorial = 20_000n

/**
 * Whether two rational constants that are too large to write out (`2^{10^7}`, `20000!`) leave unlike rests: then they differ. Equal rests
 * prove nothing, since anybody can make two numbers that have them.
 */
export const differInRests = (a: Node, b: Node): boolean =>
  sieve.some((prime) => {
    const [x, y] = [residue(a, prime), residue(b, prime)]
    return x !== null && y !== null && x !== y
  })

/** The residue of a rational constant, or null where it is not rational, divides by a multiple of the prime, or is not understood. */
function residue(node: Node, prime: bigint): bigint | null {
  const modulo = (x: bigint) => ((x % prime) + prime) % prime
  const inverse = (x: bigint) => modularPower(x, prime - 2n, prime)
  const fromRational = (x: Rational | null) => (x && x.d % prime !== 0n ? modulo(modulo(x.n) * inverse(modulo(x.d))) : null)
  const text = literal(node)
  if (text !== null) return fromRational(parseDecimal(text))
  const children = operands(node)
  const head = operator(node) as string
  if (head === 'Factorial') return factorial(children[0], prime)
  if (head === 'Power') {
    const [base, exponent] = children
    if (base === undefined || exponent === undefined) return null
    const [value, times] = [residue(base, prime), exactValue(exponent, new Map())]
    if (value === null || times?.d !== 1n || (value === 0n && times.n <= 0n)) return null
    return times.n < 0n ? inverse(modularPower(value, -times.n, prime)) : modularPower(value, times.n, prime)
  }
  const values = children.map((child) => residue(child, prime))
  if (values.length === 0 || values.some((value) => value === null)) return null
  const [first, ...rest] = values as [bigint, ...bigint[]]
  switch (head) {
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

function modularPower(base: bigint, exponent: bigint, prime: bigint): bigint {
  let [result, square] = [1n, ((base % prime) + prime) % prime]
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % prime
    square = (square * square) % prime
  }
  return result
}

function factorial(of: Node | undefined, prime: bigint): bigint | null {
  const value = of === undefined ? null : exactValue(of, new Map())
  if (value?.d !== 1n || value.n < 0n || value.n > longestFactorial) return null
  let result = 1n
  for (let i = 2n; i <= value.n; i++) result = (result * i) % prime
  return result
}
