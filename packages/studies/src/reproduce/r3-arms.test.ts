import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { comparePairs } from '@whetstone/statistics'
import { chainsTeacher } from '@whetstone/tasks'
import type { R3, R3Round } from '../self-train/r3.ts'
import { dpo, sft, verify } from '../self-train/r3.ts'
import { firstRounds, r3Arms, settingsOfArm } from './r3-arms.ts'
import { r3Verdict } from './r3-page.ts'

const test = suite('r3-arms')

const teacher = chainsTeacher()
const settings = {
  rewrites: 3,
  schedule: [dpo(), verify(), sft({ epochs: 4 })],
  teachers: { basic: teacher, advanced: teacher },
} as unknown as R3
/** Rounds of one seed, each with what the candidate solved of the tasks that its incumbent had failed. */
const run = (seed: number, ...rounds: Record<string, boolean>[]) => ({
  seed,
  rounds: rounds.map((solved) => ({
    retest: { pairs: Object.entries(solved).map(([task, candidate]) => ({ task, cluster: task[0], candidate, incumbent: false })) },
  })) as unknown as R3Round[],
})

test('a control differs from the critic in the teachers alone, or in having none', () => {
  assert.is(settingsOfArm('critic', settings), settings)
  const { teachers, ...rest } = settingsOfArm('shuffled critiques', settings)
  assert.equal([teachers.basic.name, teachers.advanced?.name], ['shuffled chains-teacher', 'shuffled chains-teacher'])
  assert.equal(rest, { rewrites: 3, schedule: settings.schedule })
  const alone = settingsOfArm('references alone', settings)
  assert.equal([alone.rewrites, alone.schedule], [0, [sft({ epochs: 4, on: 'references' })]])
})

test('arms are compared on the tasks that the seed model failed, task by task and seed by seed', () => {
  const critic = [run(1, { a1: true, a2: true, b1: true }, { c1: false }), run(2, { a1: true })]
  const control = [run(1, { a1: false, a2: true, b1: false }, { c1: true }), run(2, { a1: true, z9: false })]
  const pairs = firstRounds(critic, control)
  assert.equal(
    pairs.map(({ task, cluster, control: other, treatment }) => [task, cluster, other, treatment]),
    [
      ['1 a1', 'a', 0, 1],
      ['1 a2', 'a', 1, 1],
      ['1 b1', 'b', 0, 1],
      ['2 a1', 'a', 1, 1],
    ],
  )
})

test('says better only where the interval says so', () => {
  const pairs = (wins: number, n: number) =>
    Array.from({ length: n }, (_, i) => ({ task: `${i}`, cluster: `${i}`, control: 0, treatment: Number(i < wins), attempts: 1 }))
  const none = comparePairs(pairs(1, 100), { seed: 1 })
  const clear = comparePairs(pairs(60, 100), { seed: 1 })
  const again = Object.fromEntries(r3Arms.map((arm) => [arm, clear])) as Record<(typeof r3Arms)[number], typeof clear>
  const said = r3Verdict(
    {
      again,
      against: { 'shuffled critiques': clear, 'references alone': none },
      runs: { critic: [], 'shuffled critiques': [], 'references alone': [] },
    },
    'keys',
  )
  assert.match(said[1]!, /^keys: The critic is better than critiques of other tasks: 60 /)
  assert.match(said[2]!, /^keys: Chance explains the difference between the critic and training on the references alone: 1 /)
})

test.run()
