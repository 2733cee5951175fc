import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Round } from '@whetstone/core'
import { agreeWithRounds } from './agree-with-rounds.ts'
import type { ComparedGroup, Comparison } from './compare-sets.ts'

const group = (name: string, difference: number, pValue: number, effect = 0.05) =>
  ({ group: name, difference, paired: { pValue, minimumDetectableEffect: effect } }) as ComparedGroup
const compared = (groups: ComparedGroup[], all = groups[0]) => ({ groups, all }) as Comparison
const round = (number: number, promoted: boolean, difference = 0.1, added = 0) =>
  ({
    round: number,
    frontier: { taskset: 'sums', level: 5 },
    decision: { promoted, difference },
    bank: { added, kept: true },
  }) as unknown as Round

const test = suite('agree with rounds')
for (const [about, comparison, between, says] of [
  ['promoted and better', compared([group('sums level 5', 0.1, 0.001)]), [round(2, true)], /^Agrees: round 2 promoted a candidate, and/],
  [
    'better where it was tested',
    compared([group('sums level 5', 0.1, 0.001)], group('all', 0.01, 0.4)),
    [round(2, true)],
    /^Agrees: .* better on sums level 5$/,
  ],
  [
    'promoted and worse',
    compared([group('sums level 5', -0.1, 0.001)]),
    [round(2, true)],
    /^Differs: .* worse by 10\.0 points: the gate tested sums level 5 alone/,
  ],
  [
    'too few tasks',
    compared([group('sums level 5', 0.05, 0.3, 0.2)]),
    [round(2, true)],
    /could have shown one from \+20\.0 points only: draw more with --tasks/,
  ],
  [
    'enough tasks and nothing',
    compared([group('sums level 5', 0, 1, 0.05)]),
    [round(2, true)],
    /though they could have shown \+5\.0 points: the gate's own estimate flatters/,
  ],
  [
    'kept and no difference',
    compared([group('sums level 5', 0, 1)]),
    [round(2, false), round(3, false)],
    /^Agrees: rounds 2, 3 kept the incumbent/,
  ],
  [
    'kept, and the bank grew',
    compared([group('sums level 5', 0.1, 0.001)]),
    [round(2, false, 0, 9)],
    /^Differs: .*the bank grew in between/,
  ],
  ['two runs', compared([group('sums level 5', 0.1, 0.001)]), null, /^No round compared these two/],
] as const)
  test(about, () => assert.match(agreeWithRounds(comparison, between), says))

test.run()
