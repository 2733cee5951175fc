// Ten tables of unlike shape: what is guessed of each; and every recipe that is written is TypeScript that fits.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '@whetstone/core'
import { recipeText, type RecipeAnswers } from '../recipe/write-recipe.ts'
import { readTable } from '@whetstone/tasks'
import { planRecipe } from './plan-recipe.ts'

const test = suite('init')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-init-'))
test.after(() => rmSync(folder, { recursive: true }))

const pairs = Array.from({ length: 160 }, (_, i) => [11 + ((7 * i) % 89), 13 + ((11 * i) % 83)] as const)
const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
const wanted = (file: string) => ({
  name: 'mine',
  model: 'models/tiny',
  endpoint: undefined,
  endpointModel: undefined,
  data: file,
  question: undefined,
  answer: undefined,
  grader: undefined,
  instruction: undefined,
  minutes: 30,
})

for (const [name, content, question, answer, grader] of [
  [
    'plain.csv',
    `id,question,answer\n${pairs.map(([a, b], i) => `${i},What is ${a} plus ${b}?,${a + b}`).join('\n')}`,
    'question',
    'answer',
    'number',
  ],
  [
    'semicolons.csv',
    `Nr;Frage;Antwort\n${pairs.map(([a, b], i) => `${i + 1};Wie viel ist ${a} durch ${b}?;${i},5`).join('\n')}`,
    'Frage',
    'Antwort',
    'number',
  ],
  [
    'wide.tsv',
    Buffer.from(
      `\ufeffProblem\tLösung\n${pairs.map(([a, b]) => `Wie heißt die Summe von ${a} und ${b}?\t${a + b}`).join('\n')}`,
      'utf16le',
    ),
    'Problem',
    'Lösung',
    'number',
  ],
  [
    'form.csv',
    `Timestamp,What is your question?,Model answer,Points\n${pairs.map(([a, b], i) => `2026-01-01,What is ${a} plus ${b}?,${a + b},${i % 5}`).join('\n')}`,
    'What is your question?',
    'Model answer',
    'number',
  ],
  [
    'nested.jsonl',
    lines(pairs.map(([a, b]) => ({ problem: { text: `${a} minus ${b}` }, target: `${a - b}`, meta: { x: 1 } }))),
    'problem.text',
    'target',
    'number',
  ],
  [
    'choices.json',
    JSON.stringify(pairs.map(([a, b]) => ({ prompt: `Larger than ${a}?\n(A) ${a - 1} (B) ${a + b} (C) 1 (D) 2`, label: 'B' }))),
    'prompt',
    'label',
    'choice',
  ],
  [
    'yesno.csv',
    `query,expected\n${pairs.map(([a, b]) => `Is ${a} larger than ${b}?,${a > b ? 'yes' : 'no'}`).join('\n')}`,
    'query',
    'expected',
    'exact',
  ],
  [
    'latex.jsonl',
    lines(pairs.map(([a, b]) => ({ problem: `Simplify $\\frac{${2 * a}}{${2 * b}}$.`, answer: `\\frac{${a}}{${b}}` }))),
    'problem',
    'answer',
    'maths',
  ],
  [
    'json.jsonl',
    lines(pairs.map(([a, b]) => ({ instruction: `The object with a=${a} and b=${b}`, output: JSON.stringify({ a, b }) }))),
    'instruction',
    'output',
    'json',
  ],
  [
    'odd.csv',
    `lfd,Aufgabentext,Ergebnis\n${pairs.map(([a, b], i) => `${i + 1},Ein Bauer hat ${a} Kühe und kauft ${b} dazu.,${a + b}`).join('\n')}`,
    'Aufgabentext',
    'Ergebnis',
    'number',
  ],
  [
    'accepted.jsonl',
    lines(
      pairs.map(([a, b], i) => ({
        question: `Name ${a} or ${b}.`,
        answers: [`${a}`, `${b}`],
        split: ['train', 'validation', 'test'][i % 3],
      })),
    ),
    'question',
    'answers',
    'number',
  ],
  [
    'gsm.jsonl',
    lines(pairs.map(([a, b]) => ({ question: `${a} and ${b}?`, answer: `It is ${a}+${b}.\n#### ${a + b}` }))),
    'question',
    'answer',
    'number',
  ],
  [
    'code.jsonl',
    lines(pairs.map(([a, b], i) => ({ task_id: `T/${i}`, prompt: `Add ${a} and ${b} in Python`, completion: `${a} + ${b}` }))),
    'prompt',
    'completion',
    'exact',
  ],
  [
    'index.jsonl',
    lines(pairs.map(([a, b]) => ({ question: `Which is larger, ${a} or ${a + b}?`, choices: [`${a}x`, `${a + b}x`], answer: 1 }))),
    'question',
    'answer',
    'choice',
  ],
  [
    'chat.jsonl',
    lines(
      pairs.map(([a, b]) => ({
        messages: [
          { role: 'user', content: `${a} plus ${b}?` },
          { role: 'assistant', content: `${a + b}` },
        ],
      })),
    ),
    'question',
    'answer',
    'number',
  ],
] as const)
  test(name, async () => {
    const file = join(folder, name)
    writeFileSync(file, content)
    const planned = await planRecipe(wanted(file))
    const { tasks } = planned.answers
    assert.equal([planned.columns.question, planned.columns.answer, tasks.kind === 'table' && tasks.grader], [question, answer, grader])
    assert.ok(planned.size.validation > 0 && planned.size.detectable < 1)
  })

const kinds = ['easy', 'medium', 'hard']
const levelled = `question,answer,stufe,source\n${pairs.map(([a, b], i) => `What is ${a} plus ${b}?,${a + b},${kinds[i % 3]},${'xy'[i % 2]}`).join('\n')}`
for (const [says, level, wantedLevel, wantedNames] of [
  ['guessed by its name', undefined, 'stufe', kinds],
  ['named', 'source', 'source', ['x', 'y']],
  ['named in other letters', 'Source', 'source', ['x', 'y']],
  ['none', 'none', undefined, undefined],
] as const)
  test(`a column of levels: ${says}`, async () => {
    const file = join(folder, 'levelled.csv')
    writeFileSync(file, levelled)
    const { answers, others, levelWhy } = await planRecipe({ ...wanted(file), level })
    const { columns } = answers.tasks as Extract<RecipeAnswers['tasks'], { kind: 'table' }>
    assert.is(columns.level, wantedLevel)
    assert.is(levelWhy === null, wantedLevel === undefined)
    assert.ok(others.length === (wantedLevel === undefined ? 2 : 1))
    const { levels } = await readTable({ file, grader: 'number', columns })
    assert.equal(levels?.names && Object.values(levels.names), wantedNames)
    // a limit a level, which draws all that fit the minutes
    assert.ok(answers.validation * (wantedNames?.length ?? 1) >= 30, String(answers.validation))
  })

const refused = async (file: string, content: string, pattern: RegExp, more: object = {}) => {
  writeFileSync(join(folder, file), content)
  try {
    await planRecipe({ ...wanted(join(folder, file)), ...more })
  } catch (error) {
    assert.match((error as Error).message, pattern)
    return
  }
  assert.unreachable(file)
}
test('a judge is named with its rubric and its probe, and goes into the recipe', async () => {
  const file = join(folder, 'essays.csv')
  writeFileSync(file, `question,answer\n${pairs.map(([a, b]) => `Say how ${a} and ${b} differ.,by ${Math.abs(a - b)}`).join('\n')}`)
  const probe = join(folder, 'known.csv')
  writeFileSync(probe, 'question,answer,correct\nq,a,true\n')
  const judge = { model: 'models/tiny', endpoint: undefined, endpointModel: undefined }
  const { answers, graderWhy } = await planRecipe({ ...wanted(file), judge, rubric: 'the difference', probe })
  assert.match(graderWhy, /judges by your rubric/)
  assert.equal(answers.judge, { model: 'models/tiny' })
  assert.match(recipeText(answers), /grader: 'judge',\n +graderSettings: \{ rubric: 'the difference' \},\n +probe: '.*known\.csv',/)
  assert.match(recipeText(answers), /roles: \{ judge: \{ model: 'models\/tiny' \} \},/)
  const csv = `question,answer\n${pairs.map(([a, b]) => `${a}+${b}?,${a + b}`).join('\n')}`
  await refused('nolevel.csv', csv, /has no column "stufe" \(--level\)\. Columns: question, answer/, { level: 'stufe' })
  await refused('nobody.csv', csv, /--grader=judge asks a model: name it with --judge=/, { grader: 'judge' })
  await refused('number.csv', csv, /--grader=number asks no model, and a judge is named/, { grader: 'number', judge })
  await refused('rubric.csv', csv, /--rubric and --probe belong to a judge/, { rubric: 'x' })
  await refused('probe.csv', csv, /correct: is null, not true or false/, { judge, probe: file })
})

test('what cannot work is refused in words', async () => {
  const plus = pairs.map(([a, b]) => `What is ${a} plus ${b}?,${a + b}`)
  await refused(
    'small.csv',
    `question,answer\n${plus.slice(0, 12).join('\n')}`,
    /has 12 questions, \d of them for validation.*no gain can ever be shown.*bring at least \d+ questions/,
  )
  await refused(
    'words.csv',
    `question,answer\n${plus.map((line) => line.replace(/,.*/, ',cow')).join('\n')}`,
    /--grader=number: .*cannot be graded by number/,
    { grader: 'number' },
  )
  await refused('head.csv', 'question,answer\n', /holds no rows/)
  await refused('gone.csv', `question,answer\n${plus.join('\n')}`, /models\/tniy not found/, {
    model: 'models/tniy',
  })
})

test('every recipe that can be written is TypeScript that fits, whatever was typed', () => {
  // inside the checkout, so that packages are found
  const scratch = join(root, 'node_modules/.whetstone-init-test')
  rmSync(scratch, { recursive: true, force: true })
  mkdirSync(scratch)
  try {
    const answers: RecipeAnswers = {
      name: 'mine',
      model: 'models/tiny',
      endpoint: null,
      tasks: {
        kind: 'table',
        file: `a'b"c\\d\n\${x}.csv`,
        grader: 'number',
        instruction: "it's `so` */ ${1}",
        columns: { question: 'q', answer: 'a' },
      },
      train: 10,
      samples: 4,
      validation: 10,
      maxTokens: 64,
      context: 1024,
      trains: true,
    }
    const endpoint = { url: 'http://127.0.0.1:1', model: undefined }
    const judged = { ...(answers.tasks as Extract<RecipeAnswers['tasks'], { kind: 'table' }>), grader: 'judge' }
    const made: Record<string, RecipeAnswers> = {
      table: answers,
      endpoint: { ...answers, model: null, endpoint, trains: false },
      latin1: { ...answers, tasks: { ...answers.tasks, encoding: 'latin1' } as RecipeAnswers['tasks'] },
      named: { ...answers, model: null, endpoint: { ...endpoint, model: "m'" }, trains: false },
      gsm8k: { ...answers, tasks: { kind: 'gsm8k' } },
      code: { ...answers, tasks: { kind: 'mbpp' } },
      judged: { ...answers, tasks: { ...judged, rubric: "names 'both' ${causes}", probe: 'known.csv' }, judge: { model: "models/o'tter" } },
      served: { ...answers, tasks: judged, judge: { url: 'http://127.0.0.1:1', model: 'm' } },
      apart: { ...answers, model: null, endpoint, trains: false, tasks: judged, judge: { model: 'models/tiny' } },
      together: { ...answers, model: null, endpoint, trains: false, tasks: judged, judge: endpoint },
      simple: { ...answers, simple: true, tasks: { ...answers.tasks, instruction: '' } as RecipeAnswers['tasks'] },
    }
    for (const [name, each] of Object.entries(made)) writeFileSync(join(scratch, `${name}.ts`), recipeText(each))
    writeFileSync(
      join(scratch, 'tsconfig.json'),
      JSON.stringify({ extends: join(root, 'tsconfig.base.json'), include: ['*.ts'], exclude: [] }),
    )
    const { stdout, status } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['--noEmit', '-p', join(scratch, 'tsconfig.json')], {
      encoding: 'utf8',
    })
    assert.equal(
      [status, stdout.split('\n').filter((line) => line.includes('.whetstone-init-test') || /^[a-z0-9]+\.ts/.test(line))],
      [0, []],
    )
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
})

test.run()
