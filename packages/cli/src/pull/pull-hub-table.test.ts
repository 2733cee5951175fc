import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readTable } from '@whetstone/tasks'
import { fakeFileServer, type Served } from '@whetstone/tasks/fake-file-server.ts'
import { pullFrom } from './pull-from.ts'

const folder = mkdtempSync(join(tmpdir(), 'hub-table-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const fresh = () => mkdtempSync(join(folder, 'root-'))
const files = (data: string) =>
  readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort()

/** Sums as a data set of the hub has them: nested, ids beyond a double, several row groups, packed by Zstandard. */
function parquet(from: number, to: number): Uint8Array {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i)
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'uid', data: numbers.map((i) => 9007199254740993n + BigInt(i)), type: 'INT64' },
        { name: 'problem', data: numbers.map((i) => ({ text: `How much is ${i} and ${i + 1}?` })), type: 'JSON' },
        { name: 'target', data: numbers.map((i) => 2 * i + 1), type: 'INT32' },
        { name: 'note', data: numbers.map((i) => (i % 2 ? null : 'even')), type: 'STRING', nullable: true },
      ],
      codec: 'ZSTD',
      compressors: { ZSTD: (bytes) => new Uint8Array(zstdCompressSync(bytes)) },
      rowGroupSize: 10,
    }),
  )
}
const at = (config: string, split: string, part = 0) => `/api/datasets/sums/small/parquet/${config}/${split}/${part}.parquet`
/** A hub that lists two configurations; `main` has a split in two files. */
async function hubOf(extra: Record<string, Served> = {}) {
  const served: Record<string, Served | { json: unknown }> = {
    [at('main', 'train')]: { content: parquet(0, 25), hub: {} },
    [at('main', 'train', 1)]: { content: parquet(25, 40), hub: {} },
    [at('main', 'test')]: { content: parquet(100, 120), hub: {}, breakAfter: { bytes: 300, times: 1 } },
    [at('odd', 'train')]: { content: parquet(0, 3), hub: {} },
    ...extra,
  }
  const hub = await fakeFileServer(served)
  served['/api/datasets/sums/small/parquet'] = {
    json: {
      main: { train: [hub.url + at('main', 'train'), hub.url + at('main', 'train', 1)], test: [hub.url + at('main', 'test')] },
      odd: { train: [hub.url + at('odd', 'train')], '../up': [hub.url + at('odd', 'train')] },
    },
  }
  served['/api/datasets/sums/empty/parquet'] = { json: {} }
  served['/api/datasets/sums/page/parquet'] = { json: '<html>' }
  return hub
}
const flags = ['--dataset=hf:sums/small', '--config=main']

const test = suite('datasets:pull hf:')

test('any data set of the hub arrives by its Parquet files and is a task table', async () => {
  await using hub = await hubOf()
  const data = fresh()
  const named = ['--question=problem.text', '--answer=target', '--id=uid']
  const first = await pullFrom(hub.url, data, [...flags, ...named])
  assert.is(first.code, 0, first.stderr)
  assert.match(first.stdout, /sums--small\/main\/train\.jsonl: 40 rows\n.*test\.jsonl: 20 rows\n/)
  assert.match(first.stdout, /configuration main, revision c0ffee/)
  assert.match(first.stdout, /datasets:check --file=.*train\.jsonl --question=problem\.text --answer=target/)
  assert.equal(files(data), ['card.json', 'test.jsonl', 'train.jsonl'])
  const file = join(data, 'datasets/sums--small/main/train.jsonl')
  const { tasks } = await readTable({ file, grader: 'number', columns: { question: 'problem.text', answer: 'target', id: 'uid' } })
  assert.is(tasks.length, 40)
  assert.equal([tasks[0]?.id, tasks[0]?.prompt, tasks[0]?.reference], ['table-9007199254740993', 'How much is 0 and 1?', '1'])
  const asked = hub.requests.filter(({ method }) => method.endsWith('GET')).length
  assert.match((await pullFrom(hub.url, data, [...flags, ...named])).stdout, /was here already/)
  assert.is(hub.requests.filter(({ method }) => method.endsWith('GET')).length, asked + 1, 'only the list is read again')
})
test('one split, some columns; what cannot be found by name is said', async () => {
  await using hub = await hubOf()
  const data = fresh()
  const { code, stdout, stderr } = await pullFrom(hub.url, data, [...flags, '--split=test', '--columns=target,note'])
  assert.is(code, 0, stderr)
  assert.match(stdout, /as tasks: hf:sums\/small \(main, test\) has no column for the question: name it with --question=COLUMN/)
  const rows = readFileSync(join(data, 'datasets/sums--small/main/test.jsonl'), 'utf8').split('\n')
  assert.is(rows[0], '{"target":201,"note":"even"}')
})
test('the token goes to the hub alone', async () => {
  await using hub = await hubOf({ [at('main', 'test')]: { content: parquet(100, 120), hub: { token: 'hf_secret' } } })
  const { code, stderr } = await pullFrom(
    hub.url,
    fresh(),
    [...flags, '--split=test', '--question=problem.text', '--answer=target'],
    'hf_secret',
  )
  assert.is(code, 0, stderr)
  assert.ok(hub.requests.every(({ method, authorized }) => authorized !== method.startsWith('storage')))
})
test('refuses in one line and leaves nothing half-written', async () => {
  const damaged = { [at('odd', 'train')]: { content: Buffer.from('PAR1 no'), hub: {} } }
  const cases: [string[], RegExp, Record<string, Served>?][] = [
    [['--dataset=hf:sums/small'], /has several configurations: choose one with --config=NAME of main, odd/],
    [['--dataset=hf:sums/small', '--config=big'], /has no configuration "big": choose one with --config=NAME of main, odd/],
    [[...flags, '--split=dev'], /configuration main, has no split "dev": choose with --split of train, test/],
    [[...flags, '--split=test', '--answer=gold'], /has no column "gold" \(--answer\)\. Columns: uid, problem, problem\.text, target, note/],
    [[...flags, '--split=test', '--columns=gold'], /has no column gold\. Columns: uid, problem, target, note/],
    [['--dataset=hf:sums/small', '--config=odd'], /"\.\.\/up" cannot name a file/],
    [['--dataset=hf:sums/small', '--config=odd', '--split=train'], /cannot be read as a Parquet file/, damaged],
    [['--dataset=hf:sums/none'], /datasets\/sums\/none is not there, or the hub has no Parquet files of it/],
    [['--dataset=hf:sums/empty'], /the hub has no Parquet files of it yet/],
    [['--dataset=hf:sums/page'], /the hub's answer is no list of Parquet files/],
    [['--dataset=hf:../../etc'], /names no data set of the hub: write hf:owner\/name/],
    [['--dataset=gsm8k', '--config=main'], /--config is for --dataset=hf:owner\/name/],
  ]
  await Promise.all(
    cases.map(async ([given, message, extra]) => {
      await using hub = await hubOf(extra)
      const data = fresh()
      const { code, stderr } = await pullFrom(hub.url, data, given)
      assert.is(code, 1, String(message))
      assert.match(stderr, message)
      assert.match(stderr, /^[^\n]+\n$/, 'one line')
      assert.equal(files(data), [])
    }),
  )
})

test.run()
