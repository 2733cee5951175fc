import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { guardedEach, validationLevels } from './validation-tasks.ts'

const test = suite('validation tasks')

test('levels under the named ones are guarded; without named ones none is', () => {
  const cases: [climbed: number[], named: number[], below: number[], frontier: number[]][] = [
    [[5, 2, 4, 3, 6], [5, 6], [2, 3, 4], [5, 6]],
    [[2, 3, 4, 5, 6], [5], [2, 3, 4], [5]],
    [[2, 3], [2, 3], [], [2, 3]],
    [[2, 3], [], [], [2, 3]],
  ] // prettier-ignore
  for (const [climbed, named, below, frontier] of cases) assert.equal(validationLevels(climbed, named), { below, frontier })
})

test('guarded levels share their tasks out evenly', () => {
  const each = (guarded: number | undefined, levels: number) => guardedEach({ guarded, validation: 220 }, levels)
  assert.equal([each(3000, 3), each(3000, 7), each(3000, 0), each(undefined, 7)], [1000, 429, 3000, 220])
})

test.run()
