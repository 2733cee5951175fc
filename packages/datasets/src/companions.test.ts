// What lies beside the rows: every file that was written is named there, and nothing that its loader would miss.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import type { ExportRow } from './export-row.ts'
import { loadExport } from './load-export.ts'
import { writeExport, type WriteOptions } from './write-export.ts'

const test = suite('companions')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-companions-'))
test.after(() => rmSync(scratch, { recursive: true, force: true }))

const rowsOf = (kind: string, count: number) =>
  Array.from({ length: count }, (_, i): ExportRow => {
    const [prompt, answer] = [[{ role: 'user' as const, content: `q ${i}` }], [{ role: 'assistant' as const, content: `a ${i}` }]]
    if (kind === 'preference') return { kind, prompt, chosen: answer, rejected: [{ role: 'assistant', content: 'no' }] }
    if (kind === 'labelled') return { kind, prompt, completion: answer, label: true }
    return { kind: 'sft', messages: [...prompt, ...answer] }
  })
const write = async (name: string, out: string, count = 60, options: Partial<WriteOptions> = {}) => {
  const format = await loadExport(name)
  return writeExport(format, rowsOf(format.kind, count), { out: join(scratch, out), provenance: 'none', ...options })
}
const read = <T>(path: string) => (path.endsWith('.json') ? JSON.parse(readFileSync(path, 'utf8')) : parse(readFileSync(path, 'utf8'))) as T
type Info = Record<string, { file_name: string; columns: Record<string, string> }>

for (const name of ['llama-factory-alpaca', 'llama-factory-sharegpt', 'llama-factory-ranking', 'llama-factory-kto'])
  test(`${name}: every shard and the validation rows stand in dataset_info.json, and each row has every column that is named there`, async () => {
    const { files, companions } = await write(name, `${name}/rows.json`, 60, { shard: 20, validation: 0.3 })
    const info = read<Info>(join(scratch, name, 'dataset_info.json'))
    assert.equal(
      Object.values(info)
        .map(({ file_name }) => file_name)
        .sort(),
      files.map(({ file }) => basename(file)).sort(),
    )
    const yaml = read<{ dataset: string; eval_dataset: string }>(companions.find((file) => file.endsWith('.yaml')) ?? '')
    const named = (list: string) => list.split(',').map((each) => info[each]?.file_name)
    assert.equal(
      [named(yaml.dataset), named(yaml.eval_dataset)],
      [files.filter(({ file }) => !file.includes('.validation')), files.filter(({ file }) => file.includes('.validation'))].map((side) =>
        side.map(({ file }) => basename(file)),
      ),
    )
    for (const { file_name, columns } of Object.values(info))
      for (const row of read<object[]>(join(scratch, name, file_name)))
        for (const column of Object.values(columns)) assert.ok(column in row, `${column} in ${JSON.stringify(row)}`)
  })

for (const [name, key] of [
  ['axolotl', 'messages'],
  ['axolotl-dpo', 'rl'],
] as const)
  test(`${name}: its YAML names every file, validation apart`, async () => {
    const { files } = await write(name, `${name}/rows.jsonl`, 60, { shard: 20, validation: 0.3 })
    const yaml = read<{ datasets: { path: string }[]; test_datasets: { path: string }[] }>(join(scratch, name, `${name}.yaml`))
    assert.equal(
      [...yaml.datasets, ...yaml.test_datasets].map(({ path }) => path),
      files.map(({ file }) => basename(file)),
    )
    assert.ok(yaml.test_datasets.every(({ path }) => path.includes('validation')))
    assert.ok(readFileSync(join(scratch, name, `${name}.yaml`), 'utf8').includes(key))
  })

test('a second data set of the same kind in one folder stands beside the first; --force keeps what others there are', async () => {
  await write('llama-factory-alpaca', 'two/a.json')
  await write('llama-factory-alpaca', 'two/b.json')
  await write('llama-factory-alpaca', 'two/a.json', 10, { force: true })
  assert.equal(Object.keys(read<Info>(join(scratch, 'two', 'dataset_info.json'))), ['a', 'b'])
  assert.equal(
    readdirSync(join(scratch, 'two')).filter((file) => file.endsWith('.yaml')),
    ['a.train_sft.yaml', 'b.train_sft.yaml'],
  )
})

test('shards of an export that another takes the place of go', async () => {
  await write('trl-messages', 'stale/rows.jsonl', 60, { shard: 10 })
  await write('trl-messages', 'stale/rows.jsonl', 60, { shard: 40, force: true })
  assert.equal(readdirSync(join(scratch, 'stale')).sort(), ['rows-00002.jsonl', 'rows.jsonl'])
})

test('mlx-lm finds what it looks for, and no empty file, which it could not read', async () => {
  const { files } = await write('mlx-lm', 'mlx', 60, { validation: 0.2 })
  assert.equal(
    files.map(({ file }) => basename(file)),
    ['train.jsonl', 'valid.jsonl'],
  )
  await write('mlx-lm', 'mlx-none', 60)
  assert.ok(!existsSync(join(scratch, 'mlx-none', 'valid.jsonl')))
  assert.is(dirname((await write('mlx-lm', 'mlx-few', 1, { validation: 0.01 })).files[0]?.file ?? ''), join(scratch, 'mlx-few'))
  assert.ok(!existsSync(join(scratch, 'mlx-few', 'valid.jsonl')))
  for (const [options, flag] of [
    [{ gzip: true }, /leave out --gzip/],
    [{ shard: 5 }, /leave out --shard/],
  ] as const)
    assert.match(await write('mlx-lm', 'mlx-refused', 60, options).then(String, (error: Error) => error.message), flag)
})

test.run()
