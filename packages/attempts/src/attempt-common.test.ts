import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Backend, Round } from '@whetstone/core'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-common-'))
process.env['WHETSTONE_ROOT'] = scratch
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))
// After the line above: where things lie is settled when core is loaded.
const { appendRows, taskHash } = await import('@whetstone/core')
const { loadRecipe } = await import('@whetstone/recipe')
const { attemptCommon } = await import('./attempt-common.ts')
const { commonSets, commonTasks, openTraces, roundFiles } = await import('@whetstone/runs')

const opened: string[] = []
/** Adds rightly where its model is the better one, and one sum in two where it is not. */
const backend: Backend = {
  name: 'adder',
  reproducible: true,
  async open(model) {
    opened.push(model.id)
    return {
      model,
      async *generate(requests) {
        for (const { id, messages } of requests) {
          const [a = '', b = ''] = (messages.at(-1)?.content ?? '').replace('=', '').split('+')
          const backwards = (digits: string) => [...digits].reverse().join('')
          const sum = backwards(String(BigInt(backwards(a)) + BigInt(backwards(b))))
          const right = model.id === 'better' || BigInt(a) % 2n === 0n
          yield { id, text: right ? sum : '0', finish: 'stop', tokens: { prompt: 1, completion: 1 }, seconds: 0 }
        }
      },
      async [Symbol.asyncDispose]() {},
    }
  },
}
const tiny = await loadRecipe('tiny')
const recipe = {
  ...tiny,
  backend,
  memory: null,
  courses: tiny.courses.filter(({ taskset }) => taskset.name === 'addition').map((course) => ({ ...course, validation: 30 })),
}
function finished(run: string, round: number, model: string, levels = [2, 3]): Round {
  const { served } = roundFiles(run, round)
  mkdirSync(dirname(served), { recursive: true })
  const weights = { id: model, name: model, path: null, createdAt: '' }
  writeFileSync(served, JSON.stringify({ round, model: weights, bank: null, frontier: null, best: [], looks: 0 }))
  const evaluations = levels.map((level) => ({ taskset: 'addition', level }))
  return { run, round, seed: 1, evaluations } as unknown as Round
}
const attempt = (rounds: Round[], tasks?: number) => attemptCommon({ recipe, rounds, tasks, signal: new AbortController().signal })

const test = suite('common tasks')

test('rounds attempt the same held-out tasks once; a policy that attempted them already does not do it again', async () => {
  const rounds = [finished('one', 1, 'worse', [2, 3, 4]), finished('one', 2, 'better')]
  const set = await attempt(rounds)
  assert.equal(
    set.drawn.map(({ level, n }) => [level, n]),
    [
      [2, 30],
      [3, 30],
    ],
  )
  assert.equal([set.split, set.trainedOn, opened], ['test', 0, ['worse', 'better']])
  const [a, b] = await Promise.all(set.sides.map(async ({ traces }) => Array.fromAsync(openTraces(traces).rows())))
  assert.equal(
    a?.map(({ task, taskHash: hash }) => [task, hash]),
    b?.map(({ task, taskHash: hash }) => [task, hash]),
  )
  const frozen = await Array.fromAsync(commonTasks(set.key))
  assert.equal(
    frozen.map(({ id, hash: content }) => [id, content]),
    b?.map(({ task, taskHash: hash }) => [task, hash]),
    'the tasks lie beside their attempts, with what is right',
  )
  assert.ok(frozen.every(({ reference }) => /^\d+$/.test(reference)))
  assert.ok(b?.every(({ grade, split }) => grade.passed && split === 'test'))
  assert.ok(a?.some(({ grade }) => !grade.passed) && a.some(({ grade }) => grade.passed))
  await attempt(rounds)
  assert.is(opened.length, 2)
  const third = finished('two', 5, 'better')
  assert.is((await attempt([...rounds, third])).sides.length, 3)
  assert.is(opened.length, 2, 'the same weights attempt the same tasks once, whatever run they are of')
  assert.equal(
    commonSets().map(({ key }) => key),
    [set.key],
  )
})
test('what a run was trained on is left out, and is counted', async () => {
  const rounds = [finished('trained', 1, 'worse'), finished('trained', 2, 'better')]
  const [course] = recipe.courses
  const [known] = (await course?.taskset.load({ split: 'test', seed: 1, round: 0, limit: 10, levels: [2] })) ?? []
  assert.ok(known)
  mkdirSync(roundFiles('trained', 1).dataset, { recursive: true })
  appendRows(roundFiles('trained', 1).tasks, [
    { ...known, split: 'train', hash: taskHash(known), grader: { name: 'addition', version: '1' } },
  ])
  mkdirSync(roundFiles('trained', 1).report, { recursive: true })
  const set = await attempt(rounds, 10)
  assert.equal([set.trainedOn, set.drawn.map(({ n }) => n)], [1, [9, 10]])
})
test('what cannot be compared is said', async () => {
  const gone = { ...finished('gone', 1, 'worse'), round: 9 }
  for (const [rounds, says] of [
    [[finished('a', 1, 'worse', [2]), finished('a', 2, 'better', [5])], /measured no level in common/],
    [[finished('a', 1, 'worse'), gone], /what round 9 of run gone left to be served is not kept/],
  ] as const)
    await attempt([...rounds]).then(
      () => assert.unreachable(String(says)),
      (error: Error) => assert.match(error.message, says),
    )
})

test.run()
