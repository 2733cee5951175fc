import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Decision, Model } from '@whetstone/core'
import type { BestLevels } from '@whetstone/runs'
import { bestAfter } from './best-levels.ts'

const test = suite('best levels')
const model = (id: string) => ({ id }) as Model
const decision = (promoted: boolean, differences: Record<string, number>): Decision =>
  ({
    promoted,
    nonInferiority: Object.entries(differences).map(([name, difference]) => {
      const [taskset = '', level = ''] = name.split(' ')
      return { taskset, level: Number(level), difference }
    }),
  }) as Decision
const incumbent = { model: model('now'), bank: 'round-003' }
const old: BestLevels = [{ taskset: 'addition', level: 3, round: 1, model: model('old'), bank: null }]
const names = (best: BestLevels) => best.map(({ taskset, level, model: { id }, round }) => `${taskset} ${level} ${id} ${round}`)

const cases: [string, BestLevels, Decision, string[]][] = [
  ['a promoted candidate that lost nothing is the best everywhere', [], decision(true, { 'addition 2': 0, 'addition 3': 0.01 }), []],
  [
    'where it lost a little the incumbent before it stays the mark',
    [],
    decision(true, { 'addition 2': 0, 'operators 1': -0.004 }),
    ['operators 1 now 3'],
  ],
  ['an older mark stays as long as it is not reached', old, decision(true, { 'addition 3': -0.01 }), ['addition 3 old 1']],
  ['and goes when it is', old, decision(true, { 'addition 3': 0 }), []],
  ['a level that was not evaluated keeps its mark', old, decision(true, { 'addition 2': 0 }), ['addition 3 old 1']],
  ['a kept round changes nothing', old, decision(false, { 'addition 2': -0.5, 'addition 3': 0.2 }), ['addition 3 old 1']],
]
for (const [name, before, decided, want] of cases)
  test(name, () => assert.equal(names(bestAfter(before, { decision: decided, incumbent, round: 3 })), want))

test.run()
