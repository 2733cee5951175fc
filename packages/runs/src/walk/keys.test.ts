import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openKeys } from '../key-index.ts'
import { key, rowKeys, traceKeys } from './keys.ts'

const test = suite('keys')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-keys-'))
test.after(() => rmSync(scratch, { recursive: true, force: true }))

const keysOf = (row: unknown) => (row as { keys: string[] }).keys
const put = (file: string, rows: object[]) => writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))

test('every key leads to its lines, in their order, from the index as from the file; foreign and torn lines have none', async () => {
  const file = join(scratch, 'rows.jsonl')
  const rows = Array.from({ length: 5000 }, (_, n) => ({ n, keys: [`each ${n}`, `third ${n % 3}`, ...(n % 2 ? [] : ['even'])] }))
  put(file, rows)
  appendFileSync(file, 'not json\n{"keys":["torn"]')
  const bytes = readFileSync(file)
  const lineAt = (offset: number) => JSON.parse(bytes.toString('utf8', offset, bytes.indexOf(10, offset))) as { n: number }
  for (const turn of ['made', 'read']) {
    assert.is(existsSync(`${file}.keys.index`), turn === 'read')
    const index = await openKeys(file, turn === 'made' ? keysOf : () => (assert.unreachable(), []))
    assert.equal([index.count('even'), index.count('third 1'), index.count('none'), index.count('torn')], [2500, 1667, 0, 0])
    assert.equal(
      index
        .offsets('third 2', 2)
        .map(lineAt)
        .map(({ n }) => n),
      [2, 5],
    )
    for (const { n } of rows)
      assert.equal(
        index
          .offsets(`each ${n}`)
          .map(lineAt)
          .map((line) => line.n),
        [n],
      )
  }
})

test('an index of another state of the file, a damaged one and one of no file are made again', async () => {
  const file = join(scratch, 'changed.jsonl')
  put(file, [{ keys: ['a'] }])
  const counts = async () => {
    const index = await openKeys(file, keysOf)
    return [index.count('a'), index.count('b')]
  }
  assert.equal(await counts(), [1, 0])
  put(file, [{ keys: ['b'] }])
  utimesSync(file, 1, 1)
  assert.equal(await counts(), [0, 1])
  for (const damage of [() => truncateSync(`${file}.keys.index`, 20), () => writeFileSync(`${file}.keys.index`, 'x'.repeat(64))]) {
    damage()
    assert.equal(await counts(), [0, 1])
  }
  rmSync(file)
  assert.equal(await counts(), [0, 0])
})

test('what a trace is found by, and what a row names', async () => {
  const files = { traces: join(scratch, 'traces.jsonl'), examples: join(scratch, 'examples.jsonl'), pairs: join(scratch, 'pairs.jsonl') }
  const turn = (role: string, content: string) => ({ role, content })
  put(files.traces, [
    {
      messages: [turn('system', 's'), turn('user', 'a  b'), turn('assistant', 'x'), turn('user', 'no'), turn('assistant', 'y')],
      memories: { shown: ['m1', 'm1'], withheld: ['m2'] },
    },
    { messages: [turn('user', 'a b')], memories: { shown: [], withheld: ['m1'] } },
    { messages: 1 },
    { n: null },
  ])
  put(files.examples, [{ trace: 't1' }, { trace: 't1' }, {}])
  put(files.pairs, [{ traces: { chosen: 't1', rejected: 't2' } }, { traces: { chosen: 't2', rejected: 't2' } }])
  const reader = { files } as never
  const traces = await traceKeys(reader)
  assert.equal(
    [key.said('a b', 'x'), key.said('a b ', ' y'), key.said('a b', 'z'), key.shown('m1'), key.withheld('m1'), key.shown('m2')].map((each) =>
      traces.count(each),
    ),
    [1, 1, 0, 1, 1, 0],
  )
  const [examples, pairs] = [await rowKeys(reader, 'examples'), await rowKeys(reader, 'pairs')]
  assert.equal([examples.count(key.trace('t1')), pairs.count(key.trace('t1')), pairs.count(key.trace('t2'))], [2, 1, 2])
})

test.run()
