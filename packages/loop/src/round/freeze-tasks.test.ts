// A round on a user's table with a scripted model: what happens when the table is edited in the middle of it, and between rounds.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-freeze-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['WHETSTONE_PROGRESS'] = 'none'
const { openRun } = await import('@whetstone/runs')
const { scripted, scriptedModel } = await import('@whetstone/inference')
const { default: passed } = await import('@whetstone/harvest/filters/passed.ts')
const { default: direct } = await import('@whetstone/solvers/solvers/direct.ts')
const { default: table } = await import('@whetstone/tasks/tasksets/table.ts')
const { default: gate } = await import('@whetstone/gates/gates/gate.ts')
const { defineRecipe } = await import('@whetstone/recipe/load-recipe.ts')
const { cycle } = await import('./cycle.ts')

const test = suite('frozen tasks')
const file = join(scratch, 'questions.csv')
const words =
  'apple bread chair doors eagle fence grass house inlet jelly knife lemon mango nurse olive paper queen river stone table'.split(' ')
type Row = { word: string; answer: string; split: string }
const rows = (): Row[] => words.map((word, n) => ({ word, answer: String(word.length + n), split: n % 2 ? 'train' : 'validation' }))
const write = (all: readonly Row[]) =>
  writeFileSync(
    file,
    `id,question,answer,split\n${all.map(({ word, answer, split }) => `${word},How much is the ${word}?,${answer},${split}`).join('\n')}\n`,
  )

/** Does a round; `stop` ends it before its decision, as a kill would. Each call is a process of its own: the table is read afresh. */
async function round(run: string, { stop = false, redoFrom }: { stop?: boolean; redoFrom?: string } = {}): Promise<string> {
  const recipe = defineRecipe({
    name: 'frozen',
    about: '',
    model: null,
    backend: scripted('counts', ({ messages }) => String((messages.at(-1)?.content.length ?? 0) % 7)),
    solver: direct(),
    trainer: null,
    gate: stop
      ? {
          ...gate(),
          decide: () => {
            throw new Error('killed')
          },
        }
      : gate(),
    courses: [{ taskset: table({ file, name: 'words' }), train: 20, samples: 2, validation: 20 }],
    memory: null,
    harvest: [passed()],
    formats: [],
    sampling: { temperature: 1 },
    settings: { chunk: 8 },
  })
  return cycle({
    recipe,
    run,
    base: scriptedModel('counts'),
    until: { rounds: 1 },
    redoFrom,
    seedGiven: false,
    signal: new AbortController().signal,
    report: async () => {},
    finished: () => {},
    print: () => {},
  }).then(
    () => 'done',
    (error: Error) => error.message,
  )
}

test('a round freezes what it attempts, and traces name it by content', async () => {
  write(rows())
  assert.is(await round('plain'), 'done')
  const reader = openRun('plain').round(1)
  const tasks = await Array.fromAsync(reader.tasks())
  assert.equal(tasks.map(({ split }) => split).sort(), [...words.map((_, n) => (n % 2 ? 'train' : 'validation'))].sort())
  assert.ok(
    tasks.every(({ reference, grader: { name, version } }) => reference !== '' && name === 'words' && /^[0-9a-f]{16}$/.test(version)),
  )
  const byHash = new Map(tasks.map((task) => [task.hash, task.id]))
  const traces = await Array.fromAsync(reader.traces.rows())
  assert.is(traces.length, 20)
  assert.ok(traces.every(({ task, taskHash }) => byHash.get(taskHash ?? '') === task))
})

for (const [what, edit, said] of [
  [
    'an answer',
    (all: Row[]) => all.map((row) => (row.word === 'bread' ? { ...row, answer: '99' } : row)),
    /words changed in the middle of round 1.*bread now ask or expect something else.*--redo-from=plan/,
  ],
  [
    'a row taken out',
    (all: Row[]) => all.filter(({ word }) => word !== 'knife' && word !== 'doors'),
    /(knife|doors).*are gone from the draw/,
  ],
  [
    'a validation answer',
    (all: Row[]) => all.map((row) => (row.word === 'chair' ? { ...row, answer: '99' } : row)),
    /did step "plan" with other inputs \(tasks\.words\)/,
  ],
] as const)
  test(`edited in the middle of a round, ${what}: refused with what changed, and fine again when it is put back or redone`, async () => {
    const run = `edited-${what.replaceAll(' ', '-')}`
    write(rows())
    assert.is(await round(run, { stop: true }), 'killed')
    write(edit(rows()))
    assert.match(await round(run), said)
    write(rows())
    assert.is(await round(run, { stop: true }), 'killed')
    write(edit(rows()))
    assert.is(await round(run, { redoFrom: 'plan' }), 'done')
  })

test('edited between rounds: recorded, and what was trained on does not become validation', async () => {
  write(rows())
  assert.is(await round('between'), 'done')
  // every question in the other split, and one of them under a new id
  write(rows().map((row) => ({ ...row, split: row.split === 'train' ? 'validation' : 'train' })))
  writeFileSync(file, readFileSync(file, 'utf8').replace('bread,', 'loaf,'))
  assert.is(await round('between'), 'done')
  const run = openRun('between')
  const trained = new Set(
    (await Array.fromAsync(run.round(1).tasks())).filter(({ split }) => split === 'train').map(({ prompt }) => prompt),
  )
  const second = await Array.fromAsync(run.round(2).tasks())
  assert.is(second.filter(({ split }) => split === 'train').length, 10)
  assert.not.ok(second.some(({ split, prompt }) => split === 'validation' && trained.has(prompt)))
  const [before, after] = run.record()?.recipes ?? []
  assert.equal([before?.round, after?.round], [1, 2])
  assert.is.not(before?.tasks['words'], after?.tasks['words'])
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
