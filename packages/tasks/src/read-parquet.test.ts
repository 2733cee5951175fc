import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer'
import type { SchemaElement } from 'hyparquet'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parquetRows, readParquet } from './read-parquet.ts'

const folder = mkdtempSync(join(tmpdir(), 'read-parquet-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
let files = 0
function write(columnData: ColumnSource[], options: Omit<Parameters<typeof parquetWriteBuffer>[0], 'columnData'> = {}): string {
  const file = join(folder, `${files++}.parquet`)
  writeFileSync(file, Buffer.from(parquetWriteBuffer({ columnData, ...options })))
  return file
}
const column = (name: string, type: SchemaElement['type'], more: object = {}): SchemaElement =>
  ({ name, type, repetition_type: 'OPTIONAL', ...more }) as SchemaElement
const table = (elements: SchemaElement[]) => [{ name: 'root', num_children: elements.length } as SchemaElement, ...elements]

const test = suite('read parquet')

test('values are what was written: big integers, decimals, 32-bit floats, dates, lists', async () => {
  const schema = table([
    column('id', 'INT64'),
    column('price', 'INT64', { converted_type: 'DECIMAL', scale: 2, precision: 18 }),
    column('ratio', 'FLOAT'),
    column('day', 'INT32', { converted_type: 'DATE' }),
    column('answer', 'BYTE_ARRAY', { converted_type: 'UTF8' }),
    column('picture', 'BYTE_ARRAY'),
  ])
  const file = write(
    [
      { name: 'id', data: [9007199254740993n, 7n] },
      { name: 'price', data: [1234567890123456789n, -5n] },
      { name: 'ratio', data: [0.1, 1.5] },
      { name: 'day', data: [19000, 0] },
      { name: 'answer', data: ['Café', null] },
      { name: 'picture', data: [new Uint8Array([255, 216, 0]), null] },
    ],
    { schema },
  )
  const rows = await readParquet(file)
  assert.equal(rows[0], {
    id: '9007199254740993',
    price: '12345678901234567.89',
    ratio: 0.1,
    day: '2022-01-08',
    answer: 'Café',
    picture: { bytes: 3 },
  })
  assert.equal([rows[1]?.['id'], rows[1]?.['price'], rows[1]?.['ratio'], rows[1]?.['answer']], [7, '-0.05', 1.5, null])
})
test('every codec', async () => {
  const packers = { GZIP: gzipSync, ZSTD: zstdCompressSync, BROTLI: brotliCompressSync }
  const data = Array.from({ length: 500 }, (_, i) => `question ${i % 7}`)
  for (const [codec, pack] of Object.entries(packers)) {
    const compressors = { [codec]: (bytes: Uint8Array) => new Uint8Array(pack(bytes)) }
    const file = write([{ name: 'question', data }], { codec: codec as 'GZIP', compressors })
    assert.equal(
      (await readParquet(file)).map(({ question }) => question),
      data,
      codec,
    )
  }
  // One run of literals, then a copy of 4 from 4 back, then the last literals: `abcdabcdxyz12`.
  const lz4 = new Uint8Array([0x40, 97, 98, 99, 100, 4, 0, 0x50, 120, 121, 122, 49, 50])
  const { decompress } = await import('@whetstone/core')
  assert.is(new TextDecoder().decode(decompress.LZ4_RAW?.(lz4, 13)), 'abcdabcdxyz12')
  assert.throws(() => decompress.LZ4_RAW?.(lz4.subarray(0, 6), 13), /LZ4/)
})
test('row groups come one after the other, only the columns asked for', async () => {
  const file = write(
    [
      { name: 'a', data: Int32Array.from({ length: 25 }, (_, i) => i), type: 'INT32' },
      { name: 'b', data: Array.from({ length: 25 }, String) },
    ],
    { rowGroupSize: 10 },
  )
  const rows: unknown[] = []
  for await (const row of parquetRows(file, ['a'])) rows.push(row)
  assert.equal(rows.length, 25)
  assert.equal(rows[24], { a: 24 })
})
test('what cannot be read is named', async () => {
  const broken = write([{ name: 'question', data: ['a', 'QQQQ'] }], { codec: 'UNCOMPRESSED', statistics: false })
  const bytes = readFileSync(broken)
  bytes[bytes.indexOf('QQQQ')] = 0xe9
  writeFileSync(broken, bytes)
  const cut = join(folder, 'cut.parquet')
  writeFileSync(cut, 'PAR1 and no more')
  const sound = write([{ name: 'question', data: ['a'] }])
  for (const [read, says] of [
    [() => readParquet(broken), /row 2: column question: 4 bytes that are no UTF-8/],
    [() => readParquet(cut), /cut\.parquet cannot be read as a Parquet file \(.*\): fetch or write it again/],
    [() => readParquet(sound, ['answer']), /has no column answer\. Columns: question/],
  ] as const)
    await read().then(
      () => assert.unreachable(String(says)),
      (error: Error) => assert.match(error.message, says),
    )
})

test.run()
