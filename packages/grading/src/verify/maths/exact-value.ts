import { add, divide, multiply, negate, parseDecimal, power, rational, type Rational } from '../rational.ts'
import { functionName, literal, operands, operator, type Node } from './node.ts'
import { spend } from './work.ts'

/** Values of the free symbols, exact. */
export type ExactPoint = ReadonlyMap<string, Rational>

const isWhole = (x: Rational) => x.d === 1n

/** The exact rational value of a constant, or null: irrational, undefined, too large (a million bits) or not understood. */
export const exactConstant = (node: Node): Rational | null => valueWithin(node, new Map(), largest)
/** The exact rational value of an expression at a point, or null: irrational, undefined, too large (4096 bits) or not understood. */
export const exactValue = (node: Node, point: ExactPoint): Rational | null => valueWithin(node, point, usual)

const usual = 4096
const largest = 1 << 20
/** Fractions are brought to lowest terms, which takes long where they are large. */
const largestFraction = 1n << 16_384n
/** Fractions from here on cost time to bring to lowest terms, by the square of their digits. */
const wide = 1n << 256n
const long = 1n << 20_000n
const limits = new Map([usual, largest].map((bits) => [bits, 1n << BigInt(bits)]))
/** Whether a whole number is larger than a bound, whatever its sign; the bounds are too long to be negated each time. */
const exceeds = (n: bigint, bound: bigint) => (n < 0n ? -n > bound : n > bound)

function valueWithin(node: Node, point: ExactPoint, bits: number): Rational | null {
  const text = literal(node)
  if (text !== null) return fromLiteral(text, bits)
  if (typeof node === 'string') return point.get(node) ?? null
  spend(3)
  const head = operator(node) as string
  if (head === 'Sum' || head === 'Product') return series(head, operands(node), point, bits)
  const evaluate = operations[head]
  if (!evaluate || functionName(node)) return null
  const limit = limits.get(bits) as bigint
  const values: Rational[] = []
  for (const child of operands(node)) {
    const value = valueWithin(child, point, bits)
    if (!value || exceeds(value.n, limit) || value.d > largestFraction) return null
    if (value.d !== 1n && exceeds(value.n, largestFraction)) return null
    values.push(value)
  }
  for (const { d } of values) if (d > wide) spend((d.toString(16).length / 25) ** 2)
  if (bits > usual) spend(values.reduce((sum, { n, d }) => sum + (exceeds(n, long) || d > long ? 2000 : 0), 0))
  return values.length === 0 ? null : evaluate(values, bits)
}

const longestSeries = 2000

function series(head: 'Sum' | 'Product', [body, range]: readonly Node[], point: ExactPoint, bits: number): Rational | null {
  if (body === undefined || range === undefined || operands(range).length !== 3) return null
  const [index, ...bounds] = operands(range)
  const [low, high] = bounds.map((bound) => valueWithin(bound, point, usual))
  if (typeof index !== 'string' || low?.d !== 1n || high?.d !== 1n || high.n - low.n > longestSeries) return null
  let total: Rational = { n: head === 'Sum' ? 0n : 1n, d: 1n }
  const inside = new Map(point)
  for (let k = low.n; k <= high.n; k++) {
    const term = valueWithin(body, inside.set(index, { n: k, d: 1n }), bits)
    if (!term || total.d > largestFraction || exceeds(total.n, largestFraction)) return null
    spend(total.d > wide ? (total.d.toString(16).length / 25) ** 2 : 1)
    total = head === 'Sum' ? add(total, term) : multiply(total, term)
  }
  return total
}

/** Decimal text, also with an exponent as doubles print it. */
function fromLiteral(text: string, bits: number): Rational | null {
  // Most are short whole numbers, read again at every point.
  if (text.length < 16 && /^-?\d+$/.test(text)) return { n: BigInt(text), d: 1n }
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const base = parseDecimal(mantissa)
  const scale = power({ n: 10n, d: 1n }, BigInt(/^[-+]?\d{1,6}$/.test(exponent) ? Number(exponent) : 9_999_999), bits)
  return base && scale && multiply(base, scale)
}

const product = (values: Rational[]) => values.reduce(multiply)
const operations: Record<string, (values: Rational[], bits: number) => Rational | null> = {
  Add: (values) => values.reduce(add),
  Subtract: ([a, ...rest]) => rest.reduce((left, x) => add(left, negate(x)), a as Rational),
  Negate: ([a]) => negate(a as Rational),
  Multiply: product,
  InvisibleOperator: product,
  Divide: ([a, b]) => (a && b ? divide(a, b) : null),
  Rational: ([a, b]) => (a && b ? divide(a, b) : null),
  Delimiter: ([a]) => a ?? null,
  Power: ([a, b], bits) => (a && b && isWhole(b) && !(a.n === 0n && b.n <= 0n) ? power(a, b.n, bits) : a && b ? root(a, b) : null),
  Square: ([a]) => multiply(a as Rational, a as Rational),
  Sqrt: ([a]) => root(a as Rational, { n: 1n, d: 2n }),
  Root: ([a, b]) => (a && b && isWhole(b) && b.n !== 0n ? root(a, rational(1n, b.n) as Rational) : null),
  Abs: ([a]) => ((a as Rational).n < 0n ? negate(a as Rational) : (a as Rational)),
  Floor: ([a]) => ({ n: floor(a as Rational), d: 1n }),
  Ceil: ([a]) => ({ n: -floor(negate(a as Rational)), d: 1n }),
  Factorial: ([a], bits) => (a && isWhole(a) && a.n >= 0n && a.n <= (bits > usual ? 5000n : 300n) ? fallingProduct(a.n, a.n) : null),
  Binomial: ([a, b], bits) => choose(a as Rational, b, bits > usual ? 5000n : 1000n),
  GCD: (values) => folded(values, greatest),
  LCM: (values) => folded(values, (a, b) => (a === 0n || b === 0n ? 0n : (a * b) / greatest(a, b))),
  Percent: ([a]) => divide(a as Rational, { n: 100n, d: 1n }),
}

const greatest = (a: bigint, b: bigint): bigint => (b === 0n ? a : greatest(b, a % b))
/** Of positive whole numbers. */
const folded = (values: Rational[], fold: (a: bigint, b: bigint) => bigint): Rational | null =>
  values.every((x) => isWhole(x) && x.n > 0n) ? { n: values.map((x) => x.n).reduce(fold), d: 1n } : null

const floor = ({ n, d }: Rational) => (n >= 0n ? n / d : -((-n + d - 1n) / d))

function fallingProduct(from: bigint, count: bigint): Rational {
  let result = 1n
  for (let i = 0n; i < count; i++) result *= from - i
  return { n: result, d: 1n }
}

function choose(n: Rational, k: Rational | undefined, most: bigint): Rational | null {
  if (!k || !isWhole(n) || !isWhole(k) || n.n < 0n || n.n > most) return null
  if (k.n < 0n || k.n > n.n) return { n: 0n, d: 1n }
  const few = k.n < n.n - k.n ? k.n : n.n - k.n
  return divide(fallingProduct(n.n, few), fallingProduct(few, few))
}

const largestRoot = 1n << 4096n
/** a^(p/q) where it is rational: for a >= 0, and the perfect powers only. */
function root(a: Rational, exponent: Rational): Rational | null {
  if (a.n < 0n || exponent.d > 64n || a.n > largestRoot || a.d > largestRoot) return null
  if (a.n === 0n) return exponent.n > 0n ? a : null
  const [n, d] = [wholeRoot(a.n, exponent.d), wholeRoot(a.d, exponent.d)]
  return n === null || d === null ? null : (power({ n, d }, exponent.n) ?? null)
}

/** The whole degree-th root, or null: by bisection on bits. */
function wholeRoot(value: bigint, degree: bigint): bigint | null {
  let [low, high] = [0n, 1n << (BigInt(value.toString(2).length) / degree + 1n)]
  while (low < high) {
    const middle = (low + high + 1n) / 2n
    if (middle ** degree <= value) low = middle
    else high = middle - 1n
  }
  return low ** degree === value ? low : null
}
