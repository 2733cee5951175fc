import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { add, divide, isRounding, multiply, parseDecimal, power, rational, toNumber, type Rational } from './rational.ts'

const test = suite('rational')
const r = (n: number | bigint, d: number | bigint = 1) => rational(BigInt(n), BigInt(d)) as Rational

test('arithmetic in lowest terms', () => {
  assert.equal(add(r(1, 6), r(1, 3)), r(1, 2))
  assert.equal(multiply(r(-2, 3), r(3, 4)), r(-1, 2))
  assert.equal(divide(r(1), r(-2)), { n: -1n, d: 2n })
  assert.is(divide(r(1), r(0)), null)
  assert.equal(power(r(-2, 3), -3n), { n: -27n, d: 8n })
  assert.is(power(r(9), 9n ** 9n), null)
  assert.is(power(r(0), -1n), null)
})

const decimals: [text: string, value: Rational | null][] = [
  ['-12', r(-12)],
  ['3.50', r(7, 2)],
  ['.5', r(1, 2)],
  ['7.', r(7)],
  ['', null],
  ['.', null],
  ['1.2.3', null],
  ['1e5', null],
  ['- 1', null],
]
for (const [text, value] of decimals) test(`parseDecimal ${JSON.stringify(text)}`, () => assert.equal(parseDecimal(text), value))

const roundings: [text: string, exact: Rational, rounded: boolean][] = [
  ['0.3333', r(1, 3), true],
  ['0.3334', r(1, 3), false],
  ['0.6667', r(2, 3), true],
  ['0.6666', r(2, 3), false],
  ['-0.6667', r(-2, 3), true],
  ['0.38', r(3, 8), true],
  ['0.37', r(3, 8), false],
  ['0.12', r(1, 8), true],
  ['0.13', r(1, 8), true],
  ['-0.13', r(-1, 8), true],
]
for (const [text, exact, rounded] of roundings)
  test(`${text} ${rounded ? 'is' : 'is not'} ${exact.n}/${exact.d} rounded`, () =>
    assert.is(isRounding(parseDecimal(text) as Rational, text.split('.')[1]?.length ?? 0, exact), rounded))

test('toNumber is right beyond the range of doubles', () => {
  assert.is(toNumber(r(10n ** 400n, 10n ** 399n)), 10)
  assert.ok(Math.abs(toNumber(r(7n * 10n ** 390n, 3n * 10n ** 400n)) * 1e10 - 7 / 3) < 1e-12)
  assert.is(toNumber(r(-1, 4)), -0.25)
})

test.run()
