// Planted collapses on the real tiny model, under a gate that promotes everything: each is flagged within two rounds, and the real gate would have promoted none.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Filter, Round } from '@whetstone/core'
import { z } from 'zod'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-planted-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['WHETSTONE_PROGRESS'] = 'none'
// core finds its folders when it is loaded
const { plugin } = await import('@whetstone/core')
const { cycle } = await import('@whetstone/loop/round/cycle.ts')
const { reportRound } = await import('@whetstone/reports/report-round.ts')
const { default: always } = await import('@whetstone/gates/gates/always.ts')
const { default: induceOperator } = await import('@whetstone/memory/reflectors/induce-operator.ts')
const { operations } = await import('@whetstone/tasks/tasksets/operators.ts')
const { resolveRecipe } = await import('../../recipe/resolve-recipe.ts')
type Recipe = Awaited<ReturnType<typeof resolveRecipe>>['recipe']

const test = suite('planted collapses')

const only = plugin({
  name: 'only',
  about: 'for a test: what did not pass, or one task set',
  settings: z.strictObject({ failed: z.boolean().default(false), taskset: z.string().optional() }),
  make: ({ failed, taskset }): Filter => ({
    name: 'only',
    async *apply(traces) {
      for await (const trace of traces)
        if ((!failed || !trace.grade.passed) && (taskset === undefined || trace.taskset === taskset)) yield trace
    },
  }),
})

/** The lines of another language: every letter tells the operation that the next letter names. */
const names = Object.keys(operations)
const shifted = Object.fromEntries(
  names.map((name, i) => [names[(i + 1) % names.length] as string, operations[name] as (typeof operations)[string]]),
)

const strong = ['trainer.learningRate=0.001', 'settings.memories=strip']

async function rounds(run: string, until: number, change: (recipe: Recipe) => Recipe): Promise<Round[]> {
  const flags = { recipe: 'tiny', seed: 3, limit: 640, threads: 2, set: strong } as unknown as Parameters<typeof resolveRecipe>[0]
  const { recipe, base } = await resolveRecipe(flags)
  return cycle({
    ...{
      recipe: { ...change({ ...recipe, courses: fewer(recipe) }), gate: always() },
      base,
      run,
      until: { round: until },
      seedGiven: true,
      threads: 2,
    },
    ...{ signal: new AbortController().signal, report: reportRound, finished: () => {}, print: () => {} },
  })
}

/** All keys, which induction needs, and few sums. */
const fewer = ({ courses }: Recipe): Recipe['courses'] =>
  courses.map((course) => (course.levels ? { ...course, train: 64, frontierTrain: 300, validation: 100 } : { ...course, validation: 128 }))

const failures = (recipe: Recipe): Recipe => ({ ...recipe, harvest: [only({ failed: true })] })
const internalize = (recipe: Recipe): Recipe => ({
  ...recipe,
  harvest: [...recipe.harvest.filter(({ name }) => name === 'passed'), only({ taskset: 'operators' })],
})
const wrongLines = (recipe: Recipe): Recipe => ({
  ...recipe,
  trainer: null,
  memory: recipe.memory && { ...recipe.memory, reflector: induceOperator({ operations: shifted }) },
})

for (const [what, plant] of [
  ['training on own failures', failures],
  ['repeated internalization of operators, nothing else replayed', internalize],
] as const)
  test(`${what} is flagged within two rounds`, async () => {
    const planted = await rounds(`planted-${what.split(' ')[0]}`, 2, plant)
    assert.match(planted.map(({ monitor }) => monitor?.regression ?? '').join('; '), /(level \d|all levels of addition) fell from/)
    for (const { decision } of planted) if (decision.promoted) assert.match(decision.reason, /the real one: kept/)
  })

test('lines that say the wrong thing are brought to a bank of right ones: what it is served with does not fall', async () => {
  const [healthy] = await rounds('planted-lines', 1, (recipe) => ({ ...recipe, trainer: null }))
  const [wrong] = await rounds('planted-lines', 2, wrongLines)
  const served = (round: Round | undefined) => round?.monitor?.probe?.levels.find(({ taskset }) => taskset === 'operators')?.pass1 ?? NaN
  assert.ok(served(healthy) > 0.9, `${served(healthy)}`)
  assert.ok(served(wrong) > 0.9 || wrong?.monitor?.regression, `${served(wrong)}: ${wrong?.monitor?.regression}`)
  if (served(wrong) <= 0.9)
    assert.match(wrong?.decision.bank?.reason ?? '', /^rolled back/, 'the real gate would have gone back to the old bank')
})

test('a bank of wrong lines is flagged as soon as it is served; the real gate would have gone back to none', async () => {
  const [round] = await rounds('planted-bank', 2, wrongLines)
  assert.match(round?.monitor?.regression ?? '', /operators level 1 fell from \d+\.\d% at the start to \d\.\d%/)
  assert.ok(round?.decision.bank?.kept)
  assert.match(round?.decision.bank?.reason ?? '', /rolled back/)
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
