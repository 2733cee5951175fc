import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { detectExport, readLoosely } from './detect-export.ts'
import type { ExportRow } from './export-row.ts'
import { exportNames, loadExport } from './load-export.ts'
import { writeExport } from './write-export.ts'

const test = suite('detectExport')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-detect-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

const question = { role: 'user' as const, content: '2+2=' }
const answer = (content: string) => ({ role: 'assistant' as const, content })
const rows: Record<ExportRow['kind'], ExportRow> = {
  sft: { kind: 'sft', messages: [question, answer('4')], promptText: '<s>2+2=' },
  preference: { kind: 'preference', prompt: [question], chosen: [answer('4')], rejected: [answer('5')] },
  labelled: { kind: 'labelled', prompt: [question], completion: [answer('4')], label: true },
  prompt: { kind: 'prompt', prompt: [question], answer: '4', taskset: 'sums', index: 0, split: 'train' },
}

for (const name of exportNames())
  test(`${name}: a file of it is read as rows of its kind`, async () => {
    const format = await loadExport(name)
    const out = join(folder, name, format.file)
    const { files } = await writeExport(format, [rows[format.kind]], {
      out: format.splitFiles ? join(folder, name) : out,
      provenance: 'none',
    })
    const file = files[0]?.file ?? ''
    const found = await detectExport(file)
    assert.is(found.kind, format.kind, `taken for ${found.name}`)
    const [row] = await Array.fromAsync(readLoosely(found, file))
    const said = JSON.stringify(row)
    assert.ok(said.includes('2+2=') && (format.kind === 'prompt' || said.includes('4')), said)
  })

test('columns beside the format are left aside; what fits nothing says what is missing', async () => {
  const file = join(folder, 'hand.jsonl')
  writeFileSync(file, '{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"source":"me","weight":1}\n')
  assert.is((await detectExport(file)).name, 'trl-messages')
  for (const [text, wanted] of [
    ['{"question":"q"}\n', /hand\.jsonl holds rows of no format that is known \(as \S+, .*:1: /],
    ['{"messages":[{"role":"user","content":"q"}]}\n', /does not end with an assistant turn/],
    ['', /is empty/],
    ['\n\n', /holds no rows/],
    ['not json\n', /:1: row not JSON/],
    ['[1]\n', /:1: row is not an object/],
    ['{"prompt":"q","completion":"a","label":1}\n', /as trl-kto, .*:1: label is not a boolean/],
    ['{"prompt":"q","chosen":"a","rejected":null}\n', /as trl-preference, .*:1: rejected is not a string/],
    ['{"messages":1}\nnot json\n', /as \S+, .*:1: /],
  ] as const) {
    writeFileSync(file, text)
    assert.match(await detectExport(file).then(String, (error: Error) => error.message), wanted)
  }
})

const kinds: [text: string, format: string][] = [
  ['{"prompt":"q","solution":"1","difficulty":3}', 'trl-grpo'],
  ['{"system":"s","prompt":"q","chosen":"a","rejected":"b"}', 'axolotl-dpo'],
  // As the hub's ultrafeedback_binarized has them.
  [
    '{"prompt":"q","prompt_id":"x","chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"b"}],"score_chosen":5}',
    'trl-preference',
  ],
  ['[{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}]', 'trl-messages'],
  ['{"instruction":"q","input":"","output":"a","text":"q a"}', 'llama-factory-alpaca'],
  ['{"id":1,"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}]}', 'sharegpt'],
  ['{"messages":[{"role":"developer","content":"s"},{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}', 'openai'],
  ['hello\n5\n{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}', 'trl-messages'],
]
for (const [text, wanted] of kinds)
  test(`${text.slice(0, 50)}… is ${wanted}, whatever holds it`, async () => {
    const file = join(folder, 'kind.jsonl')
    writeFileSync(file, `${text}\n`)
    assert.is((await detectExport(file)).name, wanted)
  })

test('a torn line is no other format: it ends the reading, or is named and left out', async () => {
  const file = join(folder, 'torn.jsonl')
  writeFileSync(file, '{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}\n{"messages":[{"ro')
  const format = await detectExport(file)
  assert.is(format.name, 'trl-messages')
  assert.match(
    await Array.fromAsync(readLoosely(format, file)).then(String, (error: Error) => error.message),
    /torn\.jsonl:2: row not JSON.*--skip/,
  )
  const left: number[] = []
  assert.is((await Array.fromAsync(readLoosely(format, file, { skipped: (line) => left.push(line) }))).length, 1)
  assert.equal(left, [2])
})

test.run()
