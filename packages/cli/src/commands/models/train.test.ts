// models:train on files made by hand, loops:gate and loops:attempt on what it leaves: the commands as they are run.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('train, gate, attempt')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-train-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['WHETSTONE_HERE'] = scratch
process.env['WHETSTONE_PROGRESS'] = 'none'
const { Trace } = await import('@whetstone/core')
const { runInProcess: run } = await import('../../run-in-process.ts')
test.after(() => rmSync(scratch, { recursive: true, force: true }))

const write = (name: string, rows: readonly object[]) => {
  writeFileSync(join(scratch, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return `--data=${join(scratch, name)}`
}
const user = (content: string) => ({ role: 'user', content })
const assistant = (content: string) => ({ role: 'assistant', content })
const sums = Array.from({ length: 48 }, (_, i) => [`${i % 10}1+${i % 7}2=`, `${(i % 10) + (i % 7)}3`.slice(-2)] as const)
const short = ['--set', 'trainer.steps=3', '--set', 'trainer.batch=8']

test('a file by hand is trained on, once; its candidate is judged', async () => {
  const data = write(
    'chat.jsonl',
    sums.map(([q, a]) => ({ messages: [user(q), assistant(a)], by: 'hand' })),
  )
  const first = await run('models:train', data, ...short, `--json=${join(scratch, 'trained.json')}`)
  assert.is(first.status, 0, first.said)
  assert.match(first.said, /llama-train sft on 48 rows \(trl-messages\): 3 steps/)
  const { model } = JSON.parse(readFileSync(join(scratch, 'trained.json'), 'utf8')) as {
    model: { id: string; parent: string; metadata: { counts: object } }
  }
  assert.equal(model.metadata.counts, { examples: 48, pairs: 0, traces: 0 })
  assert.match((await run('models:train', data, ...short)).said, /trained before/)
  const other = await run('models:train', data, '--set', 'trainer.steps=4')
  assert.is(other.status, 1)
  assert.match(other.said, /card of another training.*--force/)
  const judged = await run(
    'loops:gate',
    `--candidate=${join(scratch, 'checkpoints/chat')}`,
    '--recipe=tiny',
    '--limit=12',
    '--levels=2,3',
    '--frontier=addition:3',
    `--json=${join(scratch, 'gate.json')}`,
  )
  assert.is(judged.status, 0, judged.said)
  const { candidate, decision, evaluations } = JSON.parse(readFileSync(join(scratch, 'gate.json'), 'utf8')) as {
    candidate: { id: string }
    decision: { arm: string; n: number }
    evaluations: { taskset: string; level: number; n: number }[]
  }
  assert.is(candidate.id, model.id)
  assert.is(decision.n, 12)
  assert.equal(
    [...new Set(evaluations.map(({ taskset, level, n }) => `${taskset} ${level} ${n}`))],
    ['addition 2 12', 'addition 3 12', 'operators 1 12'],
  )
})

test('a torn line ends the reading, or is left out and named; the rows of another training stay', async () => {
  const before = readFileSync(join(scratch, 'checkpoints/chat/data/llama-train.jsonl'), 'utf8')
  const data = write('torn.jsonl', [{ messages: [user('11+22='), assistant('33')] }])
  writeFileSync(join(scratch, 'torn.jsonl'), `${readFileSync(join(scratch, 'torn.jsonl'), 'utf8')}{"messages":[{"ro`)
  const refused = await run('models:train', data, ...short)
  assert.match(refused.said, /torn\.jsonl:2: row not JSON.*--skip/)
  assert.ok(!existsSync(join(scratch, 'checkpoints/torn')))
  assert.match((await run('models:train', data, ...short, '--skip')).said, /on 1 rows[\s\S]*left out   1 rows: line 2/)
  assert.match((await run('models:train', data, ...short, '--skip', '--name=chat')).said, /card of another training/)
  assert.is(readFileSync(join(scratch, 'checkpoints/chat/data/llama-train.jsonl'), 'utf8'), before)
})

test('pairs as DPO with an adapter; labelled answers as KTO; an adapter is judged with its base', async () => {
  const pairs = write(
    'pairs.jsonl',
    sums.map(([q, a]) => ({ prompt: [user(q)], chosen: [assistant(a)], rejected: [assistant('9')] })),
  )
  const dpo = await run('models:train', pairs, ...short, '--set', 'trainer.weights=lora', '--set', 'trainer.loraRank=2')
  assert.match(dpo.said, /llama-train dpo on 48 rows \(trl-preference\): 3 steps/)
  const judged = await run(
    'loops:gate',
    `--candidate=${join(scratch, 'checkpoints/pairs/adapter.gguf')}`,
    '--recipe=tiny',
    '--limit=4',
    '--levels=2',
    '--frontier=addition:2',
  )
  assert.match(judged.said, /=> (not shown to be )?better/)
  const kto = await run(
    'models:train',
    write(
      'kto.jsonl',
      sums.map(([q, a], i) => ({ prompt: [user(q)], completion: [assistant(i % 2 ? a : '9')], label: i % 2 === 1 })),
    ),
    ...short,
  )
  assert.match(kto.said, /llama-train kto on 48 rows \(trl-kto\): 3 steps/)
})

test('questions are attempted without a round, graded where there is a gold answer', async () => {
  write(
    'questions.jsonl',
    sums.slice(0, 6).map(([question, answer]) => ({ question, answer })),
  )
  const graded = await run(
    'loops:attempt',
    `--data=${join(scratch, 'questions.jsonl')}`,
    '--model=models/tiny',
    '--n=3',
    '--temperature=1',
    '--top-p=0.9',
    '--batch=4',
    `--out=${join(scratch, 'traces.jsonl')}`,
    `--json=${join(scratch, 'figures.json')}`,
  )
  assert.is(graded.status, 0, graded.said)
  const traces = readFileSync(join(scratch, 'traces.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => Trace.parse(JSON.parse(line)))
  const figures = JSON.parse(readFileSync(join(scratch, 'figures.json'), 'utf8')) as {
    graded: boolean
    attempts: number
    sampling: { topP: number }
  }
  assert.equal([traces.length, figures.attempts, figures.graded, figures.sampling.topP], [traces.length, traces.length, true, 0.9])
  assert.is(traces.length % 3, 0)
  assert.match(
    (await run('loops:attempt', `--data=${join(scratch, 'questions.jsonl')}`, `--out=${join(scratch, 'traces.jsonl')}`)).said,
    /traces\.jsonl exists.*--force/,
  )
  write('asked.jsonl', [{ question: '11+22=' }, { question: '31+22=' }])
  assert.match(
    (
      await run(
        'loops:attempt',
        `--data=${join(scratch, 'asked.jsonl')}`,
        '--solver=best-of-n',
        '--set',
        'solver.n=2',
        '--set',
        'solver.by=vote',
      )
    ).said,
    /2 questions.*\n  not graded/,
  )
})

for (const [args, wanted] of [
  [['models:train'], /needs --data=FILE/],
  [['models:train', '--data=none.jsonl'], /none\.jsonl not found/],
  [['models:train', `--data=${join(scratch, 'asked.jsonl')}`], /no format that is known/],
  [['models:train', `--data=${join(scratch, 'chat.jsonl')}`, '--set', 'solver.n=2'], /only the trainer is set here/],
  [
    ['models:train', `--data=${join(scratch, 'chat.jsonl')}`, '--set', 'trainer.method=dpo', '--name=x'],
    /holds worked examples, and llama-train dpo does not read such/,
  ],
  [['loops:gate'], /needs --candidate=MODEL/],
  [['loops:gate', '--candidate=none.gguf'], /none\.gguf not found/],
  [['loops:gate', '--candidate=models/tiny', '--frontier=five'], /give TASKSET:LEVEL/],
  [['loops:attempt', write('weights.jsonl', [{ weight: 3 }])], /no column for the question/],
] as const)
  test(`${args.join(' ')} is refused in a line`, async () => {
    const { status, said } = await run(...(args as unknown as [string]))
    assert.is(status, 1, said)
    assert.match(said, wanted)
  })

test.run()
