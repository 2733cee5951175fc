import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Decision } from '@whetstone/core'
import { explainDecision } from './gate-reason.ts'

const test = suite('gate reason')
const decision = (more: Partial<Decision>): Decision => ({
  ...{ promoted: false, reason: '', test: 'exact McNemar, one-sided', alpha: 0.011, arm: 'a', n: 112, clusters: 112 },
  ...{ incumbentRate: 0.5, candidateRate: 0.5, difference: 0, ci: [-0.1, 0.1], pValue: 0.5, wins: 5, losses: 5 },
  ...{ minimumDetectableEffect: 0.13, nonInferiority: [], memory: null },
  ...more,
})
const when = { kind: 'candidate', where: 'all levels', comparable: true, unpaired: 0 } as const

for (const [name, made, wanted] of [
  ['nothing shown', decision({}), /^kept: no evidence of improvement: /],
  [
    'a gain that this look does not take',
    decision({ difference: 0.098, ci: [0.006, 0.191], pValue: 0.017 }),
    /^kept: too little evidence of improvement for this look: .*p = 0\.017 > 0\.011/,
  ],
  ['a loss is no lack of evidence', decision({ difference: -0.4, ci: [-0.5, -0.3], pValue: 1 }), /^kept: the candidate is worse: /],
  ['a gain', decision({ difference: 0.3, ci: [0.2, 0.4], pValue: 1e-9, promoted: true }), /^promoted: /],
  ['nothing attempted by both', decision({ n: 0 }), /^kept: no evidence of improvement: no task was attempted by both arms/],
] as const)
  test(name, () => assert.match(explainDecision(made, when), wanted))

test.run()
