import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { canonicalJson, contentId, hash } from './hash.ts'
import { deriveSeed, random, shuffle } from './seed.ts'

const test = suite('seed and hash')

test('a derived seed depends on the whole path, and is the same everywhere', () => {
  assert.is(deriveSeed(1, 'a', 2), deriveSeed(1, 'a', 2))
  const seeds = [deriveSeed(1), deriveSeed(2), deriveSeed(1, 'a'), deriveSeed(1, 'a', 1), deriveSeed(1, 'a1'), deriveSeed(1, 'a', '1')]
  assert.is(new Set(seeds).size, seeds.length)
  assert.ok(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31))
})

test('numbers are uniform in [0, 1)', () => {
  const next = random(7)
  const bins = Array.from({ length: 10 }, () => 0)
  for (let i = 0; i < 20_000; i++) {
    const value = next()
    assert.ok(value >= 0 && value < 1)
    const bin = Math.floor(value * 10)
    bins[bin] = (bins[bin] as number) + 1
  }
  const chiSquared = bins.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)
  assert.ok(chiSquared < 27.9, `chi squared ${chiSquared} with 9 degrees of freedom`) // p = 0.001
})

test('a shuffle keeps every item, leaves its input alone, and repeats for a seed', () => {
  const items = Array.from({ length: 50 }, (_, i) => i)
  const mixed = shuffle(items, random(3))
  assert.equal(
    [...mixed].sort((a, b) => a - b),
    items,
  )
  assert.not.equal(mixed, items)
  assert.equal(mixed, shuffle(items, random(3)))
})

test('equal records have equal hashes whatever the order of their members', () => {
  assert.is(hash({ a: 1, b: { c: [1, 2], d: undefined } }), hash({ b: { c: [1, 2] }, a: 1 }))
  assert.is.not(hash({ a: [1, 2] }), hash({ a: [2, 1] }))
  assert.is(canonicalJson({ b: 1, a: 'x' }), '{"a":"x","b":1}')
  assert.match(contentId('trace', { a: 1 }), /^trace-[0-9a-f]{16}$/)
})

test.run()
