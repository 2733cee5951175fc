import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { perLevel } from './per-level.ts'

const test = suite('per level')
for (const [sizes, total, each] of [
  [[119], 80, 80],
  [[119], 1000, 119],
  [[100, 50, 10], 160, 100],
  [[100, 50, 10], 110, 50],
  [[100, 50, 10], 30, 10],
  [[100, 50, 10], 31, 11],
  [[], 5, 1],
] as const)
  test(`${total} of levels of ${sizes.join(', ') || 'none'}`, () => assert.is(perLevel(sizes, total), each))
test.run()
