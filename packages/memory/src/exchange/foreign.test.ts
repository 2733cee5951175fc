import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryId, type Memory } from '@whetstone/core'
import { lexicalEmbedder } from '@whetstone/similarity'
import { openBank } from '../open-bank.ts'
import { exchangeFormatOf, exchangeFormats } from './exchange-format.ts'
import { exportBank } from './export-bank.ts'
import { importBank, readImport } from './import-bank.ts'

const test = suite('exchange with others')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-foreign-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))
const write = (name: string, content: unknown) => {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  return join(folder, name)
}
const item = (title: string, content: string, success: boolean): Memory => {
  const fields = { title, description: `why ${title}`, content, sourceTask: 'task-1' }
  return {
    ...fields,
    id: memoryId(fields),
    sourceTraces: [],
    success,
    createdAt: '2026-11-30T00:00:00.000Z',
    embedding: [],
    reflector: 'r',
  }
}
const items = [item('Carry', 'carry the one --> always', true), item('Check "twice"', 'line one\n# not a heading\nline 3', false)]

for (const format of exchangeFormats)
  test(`${format}: written, told by what it holds, read back equal`, async () => {
    const file = join(folder, `bank.${format === 'markdown' ? 'md' : 'json'}`)
    await using bank = await openBank({ uri: join(folder, `${format}-a`), embedder: lexicalEmbedder() })
    await bank.remember(items)
    await exportBank(bank, file, format)
    assert.is(exchangeFormatOf(file, readFileSync(file, 'utf8')), format)
    await using copy = await openBank({ uri: join(folder, `${format}-b`), embedder: lexicalEmbedder() })
    const { added, damaged, assumed } = await importBank(copy, readImport(file))
    assert.equal([added, damaged, assumed], [2, [], []])
    const plain = (memories: readonly Memory[]) =>
      memories
        .map(({ title, description, content, success, sourceTask }) => ({
          title,
          description,
          content: content.replace(/^ {4}#/gm, '#'),
          success,
          sourceTask,
        }))
        .sort((a, b) => (a.title < b.title ? -1 : 1))
    assert.equal(plain(await copy.memories()), plain(items))
  })

for (const [name, content, wanted] of [
  [
    'mem0.json',
    { results: [{ id: 'x', memory: 'likes tea', user_id: 'u', created_at: '2025-01-01' }, { memory: '' }] },
    { format: 'mem0', rows: 1, damaged: 1, assumed: 2 },
  ],
  [
    'mem0-list.json',
    [{ memory: 'a' }, { memory: 'b', metadata: { title: 'B', success: false } }],
    { format: 'mem0', rows: 2, damaged: 0, assumed: 2 },
  ],
  [
    'agent.af',
    {
      agents: [{ name: 'x' }],
      blocks: [
        { label: 'human', value: 'is called Ann' },
        { label: 'persona', value: '' },
      ],
    },
    { format: 'letta', rows: 1, damaged: 1, assumed: 1 },
  ],
  [
    'passages.json',
    { passages: [{ text: 'archival', metadata: { success: true, title: 'T' } }] },
    { format: 'letta', rows: 1, damaged: 0, assumed: 0 },
  ],
  ['notes.md', '# Notes\n\n## First\n\nbody\n```\n# code\n```\n\n## Empty\n', { format: 'markdown', rows: 1, damaged: 1, assumed: 1 }],
] as const)
  test(`${name} of somebody's is read with a report`, () => {
    const read = readImport(write(name, content))
    assert.equal({ format: read.format, rows: read.rows.length, damaged: read.damaged.length, assumed: read.assumed.length }, wanted)
  })

test('what holds nothing is refused', () => {
  assert.throws(() => readImport(write('none.md', '# Title only\n'), 'markdown'), /none\.md holds no memory|has no text/)
  assert.throws(() => readImport(write('torn.json', '{"results": [{"memory": "a"'), 'mem0'), /not JSON.*mem0/)
})

test.run()
