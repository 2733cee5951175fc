import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-memory-'))
process.env['WHETSTONE_ROOT'] = scratch
const { appendRows } = await import('@whetstone/core')
const { roundFiles, runFiles } = await import('@whetstone/runs')
const { openBank } = await import('@whetstone/memory')
const { default: tiny } = await import('../../../../loops/recipes/tiny.ts')
const { memoryCommand } = await import('./memory-command.ts')

const test = suite('loops:memory')
test.after(() => rmSync(scratch, { recursive: true, force: true }))

const seed = join(scratch, 'reasoning_bank.json')
const rows = ['kx', 'ob', 'zz'].map((key, n) => ({
  title: key,
  description: '',
  content: `${key}=a;`,
  source_problem_id: `p${n}`,
  success: n > 0,
  created_at: `2025-0${n + 1}-01`,
  embedding: [0.5, n],
}))
writeFileSync(seed, JSON.stringify(rows, null, 2))

async function command(action: Parameters<typeof memoryCommand>[0]['action'], options: object = {}): Promise<string> {
  const printed: string[] = []
  await memoryCommand({ action, recipe: tiny, run: 'mine', retired: false, print: (text) => printed.push(text), ...options })
  return printed.join('\n')
}
const refusal = (action: Parameters<typeof command>[0], options: object = {}) =>
  command(action, options).then(
    () => 'accepted',
    (error: Error) => error.message,
  )

test('refuses a bank that is not there, and a command without its object, in one line', async () => {
  assert.match(await refusal('list'), /^No memory bank at .*loops:cycle/)
  assert.match(await refusal('import'), /--file=reasoning_bank\.json/)
  assert.match(await refusal('import', { file: join(scratch, 'none.json') }), /none\.json not found/)
})

test('imports before the first round, so that the round begins with it, and exports the same', async () => {
  assert.match(await command('import', { file: seed }), /^3 rows of .*: 3 memories added, 0 known already, 0 damaged/)
  assert.match(await command('import', { file: seed }), /0 memories added, 3 known already/)
  await using bank = await openBank({ uri: runFiles('mine').bank, embedder: null })
  assert.equal(
    (await bank.tags()).map(({ name }) => name),
    ['round-000'],
  )
  const back = join(scratch, 'back.json')
  await command('export', { file: back })
  assert.equal(JSON.parse(readFileSync(back, 'utf8')), rows)
})

test("lists with lift from the run's traces, shows one, searches", async () => {
  await using bank = await openBank({ uri: runFiles('mine').bank, embedder: null })
  const id = (await bank.memories()).find(({ title }) => title === 'kx')?.id as string
  const trace = (n: number, shown: boolean, passed: boolean) => ({
    id: `t${n}`,
    run: 'mine',
    round: 1,
    task: `q${n}`,
    taskset: 'operators',
    split: 'train',
    level: 1,
    cluster: 'kx',
    policy: { model: 'm', bank: 'round-000' },
    solver: 'direct',
    sample: 0,
    seed: 1,
    memories: { shown: shown ? [id] : [], withheld: shown ? [] : [id] },
    messages: [],
    grade: { reward: +passed, passed, parts: {}, reason: '', feedback: '' },
    tokens: { prompt: 1, completion: 1 },
    seconds: 0,
    finish: 'stop',
    truncated: false,
  })
  appendRows(
    roundFiles('mine', 1).traces,
    Array.from({ length: 40 }, (_, n) => trace(n, n % 2 === 0, n % 2 === 0)),
  )
  const listed = await command('list', { limit: 2 })
  assert.match(listed, /3 memories, embedded by lexical-1-1024/)
  assert.match(listed, new RegExp(`${id}  failure     40  \\+100\\.0 \\[`))
  assert.match(listed, /… 1 more/)
  assert.match(await command('show', { id }), /kx=a;[\s\S]*lift {11}\+100\.0/)
  assert.match(await refusal('show', { id: 'memory-none' }), /has no memory "memory-none"/)
  assert.match(await command('search', { query: '4ob3=' }), /^ {2}0\.6\d+ {2}memory-\w+ {2}ob/)
  assert.match(await refusal('search'), /--query=TEXT/)
})

test('the audit finds test tasks in training rows', async () => {
  assert.match(await command('audit', { limit: 64 }), /^3 memories and 0 training rows against \d+ test tasks: no leaks$/)
  const json = join(scratch, 'audit.json')
  const { default: operators } = await import('@whetstone/tasks/tasksets/operators.ts')
  const [task] = await operators().load({ split: 'test', seed: tiny.settings.seed, round: 1, limit: 64 })
  const file = join(scratch, 'rows.jsonl')
  appendRows(file, [
    {
      messages: [
        { role: 'user', content: '1aa1=' },
        { role: 'assistant', content: '2' },
      ],
    },
    { prompt: task?.prompt, completion: task?.reference },
  ])
  assert.match(await command('audit', { limit: 64, rows: file, json }), /and 2 training rows .*: 1 leaks\n.*rows\.jsonl:2 and operators-/)
  assert.is((JSON.parse(readFileSync(json, 'utf8')) as { leaks: unknown[] }).leaks.length, 1)
})

test.run()
