// Rounds with a scripted model and teacher: what stays unsolved waits, is attempted again by the advanced teacher, and leaves the list.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { LanguageModel, Teacher } from '@whetstone/core'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-bucket-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['WHETSTONE_PROGRESS'] = 'none'
const { weightless } = await import('@whetstone/core')
const { openRun, readBucket, roundFiles } = await import('@whetstone/runs')
const { scripted, scriptedModel } = await import('@whetstone/inference')
const { default: passed } = await import('@whetstone/harvest/filters/passed.ts')
const { default: direct } = await import('@whetstone/solvers/solvers/direct.ts')
const { default: reflectRewrite } = await import('@whetstone/solvers/solvers/reflect-rewrite.ts')
const { default: table } = await import('@whetstone/tasks/tasksets/table.ts')
const { default: gate } = await import('@whetstone/gates/gates/gate.ts')
const { defineRecipe } = await import('@whetstone/recipe/load-recipe.ts')
const { cycle } = await import('./cycle.ts')

const test = suite('bucket list')
const file = join(scratch, 'sums.csv')
const sums = Array.from({ length: 16 }, (_, n) => `s${n},What is ${n} plus ${n}?,${2 * n},${n % 2 ? 'train' : 'validation'}`)
writeFileSync(file, `id,question,answer,split\n${sums.join('\n')}\n`)

const sumIn = (text: string) => 2 * Number(/What is (\d+) plus/.exec(text)?.[1])
/** Says what is wrong, and writes the right answer but for one task, which nobody solves. */
const advanced: Teacher = {
  name: 'scripted teacher',
  async open(): Promise<LanguageModel> {
    return {
      model: { ...weightless, id: 'teacher', name: 'teacher' },
      async *generate(requests) {
        for (const { id, messages } of requests) {
          const whole = messages.map(({ content }) => content).join(' ')
          const text = /What is 15/.test(whole) ? 'I cannot say.' : String(sumIn(whole))
          yield { id, text, finish: 'stop', tokens: { prompt: 5, completion: 3 }, seconds: 0 }
        }
      },
      async [Symbol.asyncDispose]() {},
    }
  },
}
/** Solves sums up to 14 (of 7 and less) by itself. */
const small = scripted('small', ({ messages }) => {
  const sum = sumIn(messages.map(({ content }) => content).join(' '))
  return String(sum <= 14 ? sum : 1)
})

async function round(run: string, stop = false): Promise<string> {
  const recipe = defineRecipe({
    name: 'bucket',
    about: '',
    model: null,
    backend: small,
    solver: direct(),
    teachers: { advanced },
    bucket: { solver: reflectRewrite({ rounds: 1, teacher: 'advanced', rewriter: 'teacher' }) },
    trainer: null,
    gate: stop
      ? {
          ...gate(),
          decide: () => {
            throw new Error('killed')
          },
        }
      : gate(),
    courses: [{ taskset: table({ file, name: 'sums' }), train: 20, samples: 2, validation: 20 }],
    memory: null,
    harvest: [passed()],
    formats: [],
    sampling: { temperature: 1 },
    settings: { chunk: 4, probe: { tasks: 0 } },
  })
  return cycle({
    ...{ recipe, run, roles: { advanced }, base: scriptedModel('small'), until: { rounds: 1 }, seedGiven: false },
    ...{ signal: new AbortController().signal, report: async () => {}, finished: () => {}, print: () => {} },
  }).then(
    () => 'done',
    (error: Error) => error.message,
  )
}
const listed = (run: string, number: number) =>
  readBucket(roundFiles(run, number).bucket)
    .map(({ task, attempts, since }) => `${/\d+/.exec(task.prompt)?.[0]}: ${attempts} since ${since}`)
    .sort()

test('it grows by what fails, the late are asked of the advanced teacher, solved ones leave', async () => {
  assert.is(await round('list'), 'done')
  assert.equal(listed('list', 1), ['11: 2 since 1', '13: 2 since 1', '15: 2 since 1', '9: 2 since 1'])
  const { hash: _, ...first } = openRun('list').round(1).finished()?.bucket ?? { hash: '' }
  assert.equal(first, { size: 4, retried: 0, left: 0 })
  assert.is(await round('list', true), 'killed')
  assert.is(await round('list'), 'done', 'a stopped round goes on')
  assert.equal(listed('list', 2), ['15: 3 since 1'])
  const second = openRun('list').round(2).finished()
  assert.equal([second?.bucket?.size, second?.bucket?.retried, second?.bucket?.left], [1, 4, 3])
  assert.ok((second?.notes?.taught.completion ?? 0) > 0)
  const late = (await Array.fromAsync(openRun('list').round(2).traces.rows())).filter(({ solver }) => /rewritten by advanced/.test(solver))
  assert.equal([late.length, late.filter(({ grade }) => grade.passed).length], [4, 3])
})

test('a list that is torn, changed or gone stops the next round with a sentence; back again, the round goes on as if nothing had been', async () => {
  assert.is(await round('wounded'), 'done')
  const list = roundFiles('wounded', 1).bucket
  const whole = readFileSync(list, 'utf8')
  const wounds: [string, () => void, RegExp][] = [
    ['torn', () => writeFileSync(list, whole.slice(0, whole.length / 2)), /bucket\.json: not JSON .*bring it back from a copy/],
    ['another form', () => writeFileSync(list, '{}'), /bucket\.json: value: .*bring it back from a copy/],
    [
      'a digit',
      () => writeFileSync(list, whole.replace('"attempts": 2', '"attempts": 3')),
      /is not the list that round 1 left \(4 unsolved tasks\): bring/,
    ],
    ['emptied', () => writeFileSync(list, '[]'), /is not the list that round 1 left/],
    ['gone', () => rmSync(list), /bucket\.json is gone, with 4 unsolved tasks: bring it back from a copy/],
  ]
  for (const [name, wound, sentence] of wounds) {
    wound()
    assert.match(await round('wounded'), sentence, name)
  }
  writeFileSync(list, whole)
  assert.is(await round('wounded', true), 'killed')
  writeFileSync(list, whole.slice(0, whole.length / 2))
  assert.match(await round('wounded'), /bucket\.json: not JSON/, 'in the middle of a round')
  writeFileSync(list, whole)
  assert.is(await round('wounded'), 'done')
  assert.equal(listed('wounded', 2), ['15: 3 since 1'])
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
