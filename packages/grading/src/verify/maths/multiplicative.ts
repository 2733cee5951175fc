import { exactValue } from './exact-value.ts'
import { literal, operands, operator, type Node } from './node.ts'
import { rational, sameRational, add, multiply, negate, type Rational } from '../rational.ts'

/** A product of powers of primes with a sign: exact however large it would be written out. */
export type Factored = { negative: boolean; powers: Map<bigint, Rational> }

const largestPrime = 100_000n
const one: Rational = { n: 1n, d: 1n }

/** `9^{9^9}` as 3^(2*9^9), `\sqrt[3]{2}\cdot5` and the like; null for what holds sums, symbols or factors that are not soon found. */
export function factored(node: Node): Factored | null {
  const text = literal(node)
  if (text !== null) return factorsOf(exactValue(node, new Map()))
  const [a, b] = operands(node) as [Node, Node | undefined]
  switch (operator(node)) {
    case 'Negate': {
      const value = factored(a)
      return value && { ...value, negative: !value.negative }
    }
    case 'Delimiter':
      return b === undefined ? factored(a) : null
    case 'Multiply':
    case 'InvisibleOperator':
      return operands(node).map(factored).reduce(product)
    case 'Divide':
    case 'Rational':
      return b === undefined ? null : product(factored(a), raised(factored(b), negate(one)))
    case 'Sqrt':
      return raised(factored(a), { n: 1n, d: 2n })
    case 'Root': {
      const degree = b === undefined ? null : exactValue(b, new Map())
      return degree && degree.n > 0n && degree.d === 1n ? raised(factored(a), { n: 1n, d: degree.n }) : null
    }
    case 'Square':
      return raised(factored(a), { n: 2n, d: 1n })
    case 'Power': {
      const exponent = b === undefined ? null : exactValue(b, new Map())
      return exponent && raised(factored(a), exponent)
    }
    default:
      return null
  }
}

export function sameFactored(a: Factored, b: Factored): boolean {
  if (a.negative !== b.negative || a.powers.size !== b.powers.size) return false
  return [...a.powers].every(([prime, power]) => sameRational(power, b.powers.get(prime) ?? { n: 0n, d: 1n }))
}

function factorsOf(value: Rational | null): Factored | null {
  if (!value || value.n === 0n) return null
  const powers = new Map<bigint, Rational>()
  for (const [part, sign] of [
    [value.n < 0n ? -value.n : value.n, 1n],
    [value.d, -1n],
  ] as const) {
    let left = part
    if (left >= 1n << 64n) return null
    for (let prime = 2n; prime * prime <= left; prime += prime === 2n ? 1n : 2n) {
      if (prime > largestPrime) return null
      let count = 0n
      for (; left % prime === 0n; left /= prime) count++
      if (count > 0n) powers.set(prime, { n: sign * count, d: 1n })
    }
    if (left > 1n) powers.set(left, { n: sign, d: 1n })
  }
  return { negative: value.n < 0n, powers }
}

function product(a: Factored | null, b: Factored | null): Factored | null {
  if (!a || !b) return null
  const powers = new Map(a.powers)
  for (const [prime, power] of b.powers) {
    const sum = add(powers.get(prime) ?? { n: 0n, d: 1n }, power)
    if (sum.n === 0n) powers.delete(prime)
    else powers.set(prime, sum)
  }
  return { negative: a.negative !== b.negative, powers }
}

/** A negative number has whole powers only. */
function raised(a: Factored | null, exponent: Rational): Factored | null {
  if (!a || (a.negative && exponent.d !== 1n)) return null
  if (exponent.n === 0n) return { negative: false, powers: new Map() }
  const powers = new Map(
    [...a.powers].map(([prime, power]) => [prime, rational(power.n * exponent.n, power.d * exponent.d) ?? multiply(power, exponent)]),
  )
  return { negative: a.negative && exponent.n % 2n !== 0n, powers }
}
