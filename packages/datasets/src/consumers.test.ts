// Consumers' own loaders read what is exported: Hugging Face datasets, TRL, and the ways of the others (load-exports.py). Where no Python has them, nothing is run: WHETSTONE_PYTHON=python3 (with PYTHONPATH) names one.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runTool } from '@whetstone/core'
import type { ExportRow, Turn } from './export-row.ts'
import { exportNames, loadExport } from './load-export.ts'
import { writeExport, type WriteOptions } from './write-export.ts'

const test = suite('consumers')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-consumers-'))
test.after(() => rmSync(scratch, { recursive: true, force: true }))
const python = process.env['WHETSTONE_PYTHON']

const texts = [
  '2+2?',
  'Zeile\nzwei',
  '日本語の問題',
  '"quoted", and \\back',
  '<script>',
  'tab\there',
  '😀 and é',
  '{"json": true}',
  'a\u2028b\u0085c\rd',
]
const user = (i: number): Turn => ({ role: 'user', content: `${texts[i % texts.length]} number ${i}` })
const assistant = (i: number): Turn => ({
  role: 'assistant',
  content: `answer ${i} ${texts[(i + 3) % texts.length]}`,
  reasoning: i % 3 === 0 ? `because ${i}` : undefined,
})
const calls = [{ name: 'add', arguments: '{"a":2}' }]
const tools = [{ type: 'function', function: { name: 'add', description: 'adds', parameters: { type: 'object', properties: {} } } }]

function row(kind: ExportRow['kind'], i: number, withSystem: boolean, withTools: boolean): ExportRow {
  const prompt: Turn[] = [...(withSystem && i % 2 ? [{ role: 'system' as const, content: 'Answer briefly.' }] : []), user(i)]
  const called: Turn[] = withTools
    ? [
        { role: 'assistant', content: '', calls },
        { role: 'tool', content: '4', name: 'add' },
      ]
    : []
  if (kind === 'sft') return { kind, messages: [...prompt, ...called, assistant(i)], ...(withTools ? { tools } : {}) }
  if (kind === 'preference') return { kind, prompt, chosen: [assistant(i)], rejected: [assistant(i + 1)] }
  if (kind === 'labelled') return { kind, prompt, completion: [assistant(i)], label: i % 2 === 0 }
  return { kind, prompt, answer: String(i), taskset: 'sums', index: i, split: 'train' }
}
const contents = (of: ExportRow): string[] =>
  (of.kind === 'sft'
    ? of.messages
    : of.kind === 'preference'
      ? [...of.prompt, ...of.chosen, ...of.rejected]
      : of.kind === 'labelled'
        ? [...of.prompt, ...of.completion]
        : [...of.prompt, { content: of.answer }]
  ).map(({ content }) => content)

const variants: [suffix: string, options: Partial<WriteOptions>, withSystem: boolean][] = [
  ['', {}, true],
  ['+plain', {}, false],
  ['+apart', { thinking: 'separate' }, true],
  ['+implicit', { implicit: true }, true],
]
test('every format has its consumer in load-exports.py', () => {
  const script = readFileSync(join(import.meta.dirname, 'load-exports.py'), 'utf8')
  for (const name of exportNames()) assert.ok(name.startsWith('llama-factory') || script.includes(`"${name}": `), name)
})

const rowsAsConsumersGetThem = async () => {
  const given = new Map<string, ExportRow[]>()
  const put = async (name: string, folder: string, rows: ExportRow[], options: Partial<WriteOptions>) => {
    const format = await loadExport(name)
    const out = join(scratch, folder)
    await writeExport(format, rows, { out: format.splitFiles ? out : join(out, format.file), ...options })
    given.set(folder, rows)
  }
  for (const name of exportNames()) {
    const { kind, tools: takesTools } = await loadExport(name)
    for (const [suffix, options, withSystem] of variants) {
      if ((suffix === '+apart' && !['trl-messages', 'axolotl'].includes(name)) || (suffix === '+implicit' && name !== 'trl-preference'))
        continue
      await put(
        name,
        `${name}${suffix}`,
        Array.from({ length: 500 }, (_, i) => row(kind, i, withSystem, false)),
        options,
      )
    }
    if (takesTools)
      await put(
        name,
        `${name}+tools`,
        Array.from({ length: 20 }, (_, i) => row(kind, i, true, i % 2 === 0)),
        {},
      )
  }
  const said = await runTool({ file: python ?? '', args: [join(import.meta.dirname, 'load-exports.py'), scratch] })
  const read = said
    .split('\n')
    .flatMap((line) => (line.startsWith('{"format"') ? [JSON.parse(line) as { format: string; rows?: string[][]; error?: string }] : []))
  assert.is(read.length, given.size)
  const refused = read.flatMap(({ format, error }) => (error === undefined ? [] : [`${format}: ${error}`]))
  assert.is(refused.length, 0, refused.join('\n'))
  for (const { format, rows } of read) {
    const wanted = given.get(format) ?? []
    assert.is(rows?.length, wanted.length, format)
    for (const [place, each] of wanted.entries()) {
      const joined = rows?.[place]?.join('\n') ?? ''
      for (const content of contents(each))
        assert.ok(joined.includes(content), `${format}, row ${place + 1}: ${JSON.stringify(content)} in ${joined}`)
    }
  }
}
if (python) test('every format: 500 rows as its consumer gets them', rowsAsConsumersGetThem)

test.run()
