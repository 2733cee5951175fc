// With the memory bank deleted, the model still knows what it learned: recipe consolidate on eight keys of its world, on the real tiny model.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Taskset } from '@whetstone/core'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-consolidate-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['WHETSTONE_PROGRESS'] = 'none'
const { remake } = await import('@whetstone/core')
const { cycle } = await import('@whetstone/loop/round/cycle.ts')
const { measurePolicy, testTasks } = await import('@whetstone/attempts/measure-policy.ts')
const { default: always } = await import('@whetstone/gates/gates/always.ts')
const { isKeptApart } = await import('@whetstone/harvest')
const { reportRound } = await import('@whetstone/reports/report-round.ts')
const { openRun, readIncumbent, roundFiles, runFiles } = await import('@whetstone/runs')
const { operatorsWorld } = await import('@whetstone/tasks/tasksets/operators.ts')
const { resolveRecipe } = await import('../../recipe/resolve-recipe.ts')

const test = suite('memories that move into the weights')
const seed = 5
const keys = new Set([...operatorsWorld(seed).keys()].slice(0, 8))
const few = (taskset: Taskset): Taskset => ({
  ...taskset,
  load: async (request) => (await taskset.load({ ...request, limit: undefined })).filter(({ cluster }) => keys.has(cluster)),
})

test('what was learned is known without the bank, and none of it from rows that judge it', async () => {
  const flags = { recipe: 'consolidate', seed, threads: 2 } as unknown as Parameters<typeof resolveRecipe>[0]
  const { recipe: whole, base } = await resolveRecipe(flags)
  const recipe = {
    ...whole,
    gate: always(),
    trainer: remake(whole.trainer as NonNullable<typeof whole.trainer>, { steps: 120 }),
    courses: whole.courses.map((course) =>
      course.taskset.name === 'operators'
        ? { ...course, taskset: few(course.taskset), train: 640, validation: 80 }
        : { ...course, train: 100, validation: 40 },
    ),
    settings: { ...whole.settings, probe: { ...whole.settings.probe, tasks: 0 } },
  }
  const run = (round: number, trains: boolean) =>
    cycle({
      ...{ recipe: trains ? recipe : { ...recipe, trainer: null }, base, run: 'moved', until: { round }, seedGiven: true, threads: 2 },
      ...{ signal: new AbortController().signal, report: reportRound, finished: () => {}, print: () => {} },
    })
  await run(1, false)
  await run(2, true)
  const [shown, rows] = [new Set<string>(), new Set<string>()]
  for await (const { taskset, cluster, memories } of openRun('moved').round(2).traces.rows())
    if (taskset === 'operators' && memories.shown.length > 0) shown.add(cluster)
  assert.ok(shown.size >= 6, `${shown.size} of 8 keys are read from memory`)
  for (const line of readFileSync(join(roundFiles('moved', 2).dataset, 'distill.jsonl'), 'utf8')
    .trim()
    .split('\n'))
    rows.add((JSON.parse(line) as { trace: string }).trace)
  for await (const { id, taskset, task } of openRun('moved').round(2).traces.rows())
    if (rows.has(id) && taskset === 'operators') assert.not.ok(isKeptApart(task, 0.25), `${task} judges what is known, and is a row`)

  rmSync(runFiles('moved').bank, { recursive: true, force: true })
  assert.not.ok(existsSync(runFiles('moved').bank))
  const groups = (await testTasks(recipe, { limit: 400, seed })).map((group) => group.filter(({ taskset }) => taskset === 'operators'))
  const options = { recipe, run: 'moved', groups, threads: 2, signal: new AbortController().signal }
  const rate = async (name: string, model: typeof base) =>
    (await measurePolicy({ model, bank: null }, { ...options, name }))[0]?.passRate ?? NaN
  const [before, after] = [await rate('before', base), await rate('after', readIncumbent('moved')?.model ?? base)]
  assert.ok(before < 0.45 && after > 0.8, `${before} before, ${after} after, no bank`)
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
