import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryId, type Memory } from '@whetstone/core'
import { lexicalEmbedder } from '@whetstone/similarity'
import { openBank } from '../open-bank.ts'
import { exportBank } from './export-bank.ts'
import { importBank as importRows, readImport } from './import-bank.ts'
import type { Bank } from '../open-bank.ts'

const importBank = async (bank: Bank, file: string) => await importRows(bank, readImport(file))

const test = suite<{ folder: string }>('import and export')
test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'whetstone-exchange-'))
})
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }))

const row = (n: number, more: object = {}) => ({
  title: `Title ${n}`,
  description: `Why "${n}"`,
  content: `Do {this}, [that]\nand \\frac{${n}}{2} é 数`,
  source_problem_id: `math_${n}`,
  success: n % 2 === 0,
  created_at: `2025-10-0${n}T12:00:00.123456`,
  embedding: [0.1234567890123456, -1e-7, n],
  ...more,
})
const seed = [
  row(3),
  row(1),
  row(2, { embedding: null }),
  row(4, { placeholder: false, usage: { count: 3 } }),
  row(5, { source_problem_id: 17 }),
  { ...row(6), embedding: undefined },
  row(3, { created_at: 'later' }),
  row(7, { content: '' }),
]
const plain = JSON.parse(JSON.stringify(seed)) as unknown[]

for (const [name, text] of [
  ['indented as Python writes it', JSON.stringify(seed, null, 2)],
  ['in one line', JSON.stringify(seed)],
  ['JSONL', seed.map((item) => JSON.stringify(item)).join('\n')],
  ['within an object', JSON.stringify({ memories: seed }, null, 2)],
] as const) {
  test(`the seed's file ${name} comes back as it was, whatever the order and the extra members`, async ({ folder }) => {
    const [file, back] = [join(folder, 'reasoning_bank.json'), join(folder, 'back.json')]
    writeFileSync(file, text)
    await using bank = await openBank({ uri: join(folder, 'bank'), embedder: lexicalEmbedder() })
    assert.equal(await importBank(bank, file), { rows: 8, added: 7, size: 7, damaged: [], format: 'reasoning-bank', assumed: [] })
    assert.equal(await importBank(bank, file), { rows: 8, added: 0, size: 7, damaged: [], format: 'reasoning-bank', assumed: [] })
    assert.is(await exportBank(bank, back), 8)
    const exported = JSON.parse(readFileSync(back, 'utf8')) as { title: string }[]
    // A second row that says the same stands beside the first.
    const key = (item: unknown) => (item as { title: string }).title
    assert.equal(exported, [plain[0], plain[6], ...plain.slice(1, 6), plain[7]])
    assert.equal(exported.map(key).sort(), plain.map(key).sort())
    assert.is((await bank.search('Title 4', 1))[0]?.memory.sourceTask, 'math_4')
  })
}

test('our own bank comes back the same: ids, traces, embeddings, retired items', async ({ folder }) => {
  const item = (content: string): Memory => {
    const fields = { title: `On ${content}`, description: 'd', content, sourceTask: 'task-1' }
    return {
      ...fields,
      id: memoryId(fields),
      sourceTraces: ['trace-1', 'trace-2'],
      success: false,
      createdAt: '2026-11-21T00:00:00.000Z',
      embedding: [],
      reflector: 'distil-1234',
    }
  }
  const [first, second] = [join(folder, 'first.json'), join(folder, 'second.json')]
  await using bank = await openBank({ uri: join(folder, 'bank'), embedder: lexicalEmbedder() })
  await bank.remember([item('rivers'), item('hills')])
  await bank.retire([{ id: item('hills').id, reason: 'harmful', detail: 'test' }])
  await exportBank(bank, first)
  await using copy = await openBank({ uri: join(folder, 'copy'), embedder: lexicalEmbedder() })
  assert.equal(await importBank(copy, first), { rows: 2, added: 2, size: 1, damaged: [], format: 'reasoning-bank', assumed: [] })
  assert.equal(await copy.memories({ retired: true, embeddings: true }), await bank.memories({ retired: true, embeddings: true }))
  await exportBank(copy, second)
  assert.is(readFileSync(second, 'utf8'), readFileSync(first, 'utf8'))
  await using other = await openBank({ uri: join(folder, 'other'), embedder: lexicalEmbedder({ dimensions: 64 }) })
  await importBank(other, first)
  assert.is((await other.memories({ embeddings: true }))[0]?.embedding.length, 64, 'another embedder embeds anew')
})

test('damaged rows cost only themselves and are named by line', async ({ folder }) => {
  const file = join(folder, 'damaged.json')
  const lines = JSON.stringify(
    [1, 2, 3, 4, 5, 6].map((n) => ({ title: `Title ${n}`, content: `c${n}`, success: true })),
    null,
    2,
  ).split('\n')
  const line = (n: number) => lines.findIndex((text) => text.includes(`"Title ${n}"`))
  lines[line(2)] = '    "title": "Title 2,' // a quote is missing
  lines[line(4) + 2] = '    "success": "yes"' // another type
  lines.splice(line(5) + 3, 1) // its closing brace is missing
  writeFileSync(file, lines.join('\n'))
  await using bank = await openBank({ uri: join(folder, 'bank'), embedder: lexicalEmbedder() })
  const { added, damaged } = await importBank(bank, file)
  assert.is(added, 3)
  assert.equal((await bank.memories()).map(({ title }) => title).sort(), ['Title 1', 'Title 3', 'Title 6'])
  assert.equal(
    damaged.map((text) => text.replace(file, '').replace(/^(:\d+: \w+).*/, '$1')),
    [':7: not', ':17: success', ':22: not'],
  )
  writeFileSync(file, 'title,content\na,b')
  assert.match(
    await importBank(bank, file).then(
      () => '',
      (error: Error) => error.message,
    ),
    /damaged\.json:1: not JSON .*is it a reasoning_bank\.json\?/,
  )
})

test.run()
