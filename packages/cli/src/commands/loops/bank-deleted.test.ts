// What was learned from the bank stays when the bank is deleted: two rounds of recipe consolidate on the real tiny model and a few keys, the bank's folder removed, fresh test tasks.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Model, Taskset } from '@whetstone/core'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-deleted-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['WHETSTONE_PROGRESS'] = 'none'
// core finds its folders when it is loaded
const { cycle } = await import('@whetstone/loop/round/cycle.ts')
const { reportRound } = await import('@whetstone/reports/report-round.ts')
const { default: always } = await import('@whetstone/gates/gates/always.ts')
const { operatorsWorld } = await import('@whetstone/tasks/tasksets/operators.ts')
const { measurePolicy, testTasks } = await import('@whetstone/attempts/measure-policy.ts')
const { readIncumbent, runFiles } = await import('@whetstone/runs')
const { resolveRecipe } = await import('../../recipe/resolve-recipe.ts')

const test = suite('the bank deleted')
const [seed, threads, run, keyCount] = [1, 2, 'deleted', 4]
const signal = new AbortController().signal

/** The operators of a few keys of the run's world: four are learned in seconds. */
function fewKeys(operators: Taskset): Taskset {
  const keys = new Set([...operatorsWorld(seed).keys()].slice(0, keyCount))
  const load: Taskset['load'] = async (request) =>
    (await operators.load({ ...request, limit: undefined })).filter(({ cluster }) => keys.has(cluster ?? ''))
  return { ...operators, load }
}

test('what moved from the bank into the weights is still known', async () => {
  const flags = { recipe: 'consolidate', seed, threads, set: ['trainer.steps=300'] }
  const { recipe, base } = await resolveRecipe(flags as unknown as Parameters<typeof resolveRecipe>[0])
  const courses = recipe.courses.map((course) =>
    course.taskset.name === 'operators'
      ? { ...course, taskset: fewKeys(course.taskset), train: keyCount * 80 }
      : { ...course, train: 100, validation: 50 },
  )
  const small = { ...recipe, courses, gate: always(), settings: { ...recipe.settings, probe: { ...recipe.settings.probe, tasks: 0 } } }
  const until = (round: number, trained: typeof small) =>
    cycle({
      ...{ recipe: trained, base, run, until: { round }, seedGiven: true, threads, signal },
      ...{ report: reportRound, finished: () => {}, print: () => {} },
    })
  await until(1, { ...small, trainer: null }) // learns the lines
  await until(2, small)
  const served = readIncumbent(run)
  assert.ok(served && served.model.id !== base.id, 'a candidate was to be served')

  assert.ok(existsSync(runFiles(run).bank))
  rmSync(runFiles(run).bank, { recursive: true })
  const groups = (await testTasks(small, { limit: 1000, seed })).filter(([task]) => task?.taskset === 'operators')
  const measure = async (model: Model, name: string) => {
    const [level] = await measurePolicy({ model, bank: null }, { recipe: small, run, groups, name, threads, signal })
    return level?.passRate ?? NaN
  }
  const before = await measure(base, 'before')
  const after = await measure(served.model, 'after')
  // Of 40 test tasks: guessing passes one in four; 26 or more by chance alone have a probability of 1e-7.
  assert.ok(before <= 0.4, `before ${before}`)
  assert.ok(after >= 0.65, `after ${after}`)
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
