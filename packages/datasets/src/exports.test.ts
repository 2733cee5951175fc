// Every consumer's format: rows written, checked by the consumer's schema, read back equal; a wrong file gets row and field.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, random } from '@whetstone/core'
import type { ExportFormat } from './define-export.ts'
import type { ExportRow, Turn } from './export-row.ts'
import { exportNames, loadExport } from './load-export.ts'
import { checkExport } from './check-export.ts'
import { readLoosely } from './detect-export.ts'
import { writeExport, type WriteOptions } from './write-export.ts'

const test = suite('exports')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-exports-'))
test.after(() => rmSync(scratch, { recursive: true }))
const formats = await Promise.all(exportNames().map(loadExport))
let folders = 0
const folder = () => join(scratch, String(folders++))

const texts = [
  '2+2?',
  'Zeile\nzwei',
  '日本語の問題',
  '"quoted", and \\back',
  '<script>alert(1)</script>',
  'tab\there',
  '😀 and é',
  '{"json": true}',
]
const user = (i: number): Turn => ({ role: 'user', content: `${texts[i % texts.length]} number ${i}` })
const assistant = (i: number, thinks = false): Turn => ({
  role: 'assistant',
  content: `answer ${i} ${texts[(i + 3) % texts.length]}`,
  reasoning: thinks ? `because ${i}\nof it` : undefined,
})
const system: Turn = { role: 'system', content: 'Answer briefly.' }
const provenance = (i: number) => ({ traces: [`trace-${i}`], task: `task-${i}`, taskset: 'sums', split: 'train' })

function row(kind: ExportRow['kind'], i: number): ExportRow {
  const prompt = [...(i % 2 ? [system] : []), user(i)]
  if (kind === 'sft') return { kind, messages: [...prompt, assistant(i, i % 3 === 0)], provenance: provenance(i) }
  if (kind === 'preference')
    return { kind, prompt, chosen: [assistant(i, i % 3 === 0)], rejected: [assistant(i + 1)], provenance: provenance(i) }
  if (kind === 'labelled') return { kind, prompt, completion: [assistant(i)], label: i % 2 === 0, provenance: provenance(i) }
  return { kind, prompt, answer: String(i), taskset: 'sums', index: i, split: 'train', provenance: provenance(i) }
}
const rowsOf = (format: ExportFormat, count: number) => Array.from({ length: count }, (_, i) => row(format.kind, i))
/** What is left of a row when provenance, and thinking where it is not wanted, are taken off. */
const bare = (of: ExportRow, thinking: string) => {
  const { provenance: _, ...rest } = of
  return JSON.parse(
    JSON.stringify(rest, (name, value: unknown) => (name === 'reasoning' && thinking === 'drop' ? undefined : value)),
  ) as unknown
}
const write = (format: ExportFormat, rows: readonly ExportRow[], options: Partial<WriteOptions> = {}) => {
  const into = folder()
  return writeExport(format, rows, { out: format.splitFiles ? into : join(into, format.file), ...options })
}
const read = async (format: ExportFormat, file: string) => {
  const rows: ExportRow[] = []
  for await (const each of readLoosely(format, file)) rows.push(each)
  return rows
}
const refusal = async (work: () => Promise<unknown>): Promise<string> => {
  const error = await work().then(
    () => new Error('should have been refused'),
    (error: Error) => error,
  )
  assert.instance(error, BadInput, error.message)
  return error.message
}

for (const format of formats) {
  test(`${format.name}: 500 rows written, checked, read back equal`, async () => {
    assert.is(format.name, exportNames()[formats.indexOf(format)])
    const rows = rowsOf(format, 500)
    const written = await write(format, rows)
    assert.is(written.rows, 500)
    const file = written.files[0]?.file as string
    assert.equal(await checkExport(format, file), { rows: 500, wrong: 0, problems: [] })
    assert.equal(
      (await read(format, file)).map((each) => bare(each, '')),
      rows.map((each) => bare(each, format.thinking)),
    )
  })
  test(`${format.name}: rows hold the consumer's columns and no others`, async () => {
    const written = await write(format, rowsOf(format, 3))
    const names = readdirSync(join(written.files[0]?.file as string, '..'))
    assert.ok(
      names.some((name) => name.includes('provenance')),
      names.join(),
    )
    assert.not(names.some((name) => name.endsWith('.tmp')))
  })
}

const find = (name: string) => formats.find((format) => format.name === name) as ExportFormat

const alone = (each: ExportRow) => each.kind !== 'sft' && each.prompt.length === 1
const shapes: [string, Partial<WriteOptions>, (row: ExportRow) => boolean][] = [
  ['trl-messages', { thinking: 'separate' }, () => true],
  ['axolotl', { thinking: 'separate' }, () => true],
  ['trl-prompt-completion', { text: true }, (each) => each.kind === 'sft' && each.messages.length === 2],
  ['trl-preference', { implicit: true }, () => true],
  ['trl-preference', { text: true }, alone],
  ['trl-kto', { text: true }, alone],
  ['trl-grpo', { text: true }, alone],
]
for (const [name, options, fits] of shapes)
  test(`${name} with ${JSON.stringify(options)} reads back equal`, async () => {
    const format = find(name)
    const rows = rowsOf(format, 60).filter(fits)
    const written = await write(format, rows, options)
    assert.equal(
      (await read(format, written.files[0]?.file as string)).map((each) => bare(each, '')),
      rows.map((each) => bare(each, '')),
    )
  })

// One wrong file a format: the row and the field are named.
const wrong: Record<string, [unknown, RegExp]> = {
  'trl-messages': [
    {
      messages: [
        { role: 'user', content: 'q' },
        { role: 'bot', content: 'a' },
      ],
    },
    /^2 messages\.1\.role is not one of system, user, assistant/,
  ],
  'trl-prompt-completion': [{ prompt: [{ role: 'user', content: 'q' }], completion: [] }, /^2 completion is not an assistant turn/],
  'trl-preference': [
    { prompt: [{ role: 'user', content: 'q' }], chosen: [{ role: 'assistant', content: 'a' }] },
    /^2 rejected is not an array/,
  ],
  'trl-preference, a prompt that is none': [
    { prompt: 7, chosen: [{ role: 'assistant', content: 'a' }], rejected: [{ role: 'assistant', content: 'b' }] },
    /^2 prompt is not an array/,
  ],
  'trl-kto': [
    { prompt: [{ role: 'user', content: 'q' }], completion: [{ role: 'assistant', content: 'a' }], label: 1 },
    /^2 label is not a boolean/,
  ],
  'trl-grpo': [
    { prompt: [{ role: 'assistant', content: 'q' }], answer: '1', taskset: 's', index: 0, split: 'train' },
    /^2 prompt is empty or ends with an assistant turn/,
  ],
  'llama-factory-alpaca': [{ instruction: 'q', input: '', output: '' }, /^2 output /],
  'llama-factory-sharegpt': [{ conversations: [{ from: 'gpt', value: 'a' }] }, /^2 conversations\.0\.from is gpt where human is due/],
  'llama-factory-ranking': [
    { conversations: [{ from: 'human', value: 'q' }], chosen: { from: 'gpt', value: 'a' }, rejected: { from: 'human', value: 'b' } },
    /^2 rejected is not a gpt turn/,
  ],
  'llama-factory-kto': [
    {
      conversations: [
        { from: 'human', value: 'q' },
        { from: 'gpt', value: 'a' },
      ],
      kto_tag: 'true',
    },
    /^2 kto_tag is not a boolean/,
  ],
  openai: [{ messages: [{ role: 'assistant', content: 'a' }] }, /^2 messages holds no user turn/],
  'openai-preference': [
    {
      input: { messages: [{ role: 'user', content: 'q' }] },
      preferred_output: [],
      non_preferred_output: [{ role: 'assistant', content: 'b' }],
    },
    /^2 preferred_output/,
  ],
  'openai-rft': [
    { messages: [{ role: 'user', content: '' }], reference_answer: '1', taskset: 's', index: 0, split: 'train' },
    /^2 messages\.0\.content is empty/,
  ],
  axolotl: [{ messages: [{ role: 'user', content: 'q' }] }, /^2 messages does not end with an assistant turn/],
  'axolotl-dpo': [{ prompt: 'q', chosen: 'a', rejected: 'b', extra: 1 }, /^2 extra is no field of this format/],
  'mlx-lm': [{ messages: 'q' }, /^2 messages is not an array/],
  sharegpt: [{ conversations: [{ from: 'human', value: 'q' }] }, /^2 conversations does not end with a gpt turn/],
  chatml: [{ text: '<|im_start|>user\nq<|im_end|>\n' }, /^2 text does not end with an assistant turn/],
}
for (const [name, [bad, message]] of Object.entries(wrong))
  test(`${name}: a wrong row is named with its field`, async () => {
    const format = find(name.replace(/,.*/, ''))
    const written = await write(format, rowsOf(format, 1))
    const file = written.files[0]?.file as string
    const good = JSON.parse(readFileSync(file, 'utf8')) as unknown
    writeFileSync(
      file,
      format.container === 'json' ? JSON.stringify([...(good as unknown[]), bad]) : `${JSON.stringify(good)}\n${JSON.stringify(bad)}\n`,
    )
    const { wrong: count, problems } = await checkExport(format, file)
    assert.is(count, 1)
    const [problem] = problems
    assert.match(`${problem?.line} ${problem?.field} ${problem?.says}`, message)
    // A column too many is left aside by whoever reads on.
    if (problem?.says === 'is no field of this format') return assert.is((await read(format, file)).length, 2)
    assert.match(await refusal(() => read(format, file)), new RegExp(`:2: ${problem?.field.replaceAll('.', '\\.')}`))
  })
for (const name of ['parquet', 'verl'])
  test(`${name}: a file that is no Parquet is refused`, async () => {
    const file = join(scratch, `${name}.bad`)
    writeFileSync(file, 'nothing')
    assert.match(await refusal(() => checkExport(find(name), file)), /is not a Parquet file/)
  })

for (const name of ['parquet', 'trl-messages', 'llama-factory-sharegpt'])
  test(`${name}: rows of any size, through several groups and blocks, come back as they were`, async () => {
    const format = find(name)
    const rows = Array.from({ length: 12_000 }, (_, i): ExportRow => ({
      kind: 'sft',
      messages: [
        user(i),
        { role: 'assistant', content: i % 3000 === 7 ? '€😀\n'.repeat(400_000) : `${texts[i % 8]} ${'é'.repeat(i % 70)}` },
      ],
    }))
    const written = await write(format, rows)
    const back = await read(format, written.files[0]?.file as string)
    assert.is(back.length, rows.length)
    for (const [i, each] of back.entries()) assert.is(JSON.stringify(each), JSON.stringify(rows[i]))
  })

test('rows that a format cannot express: which, why; --skip leaves them out and counts them', async () => {
  const [axolotl, chatml] = [find('axolotl-dpo'), find('chatml')]
  const several: ExportRow = {
    kind: 'preference',
    prompt: [user(1), assistant(1), user(2)],
    chosen: [assistant(2)],
    rejected: [assistant(3)],
    provenance: provenance(9),
  }
  assert.match(
    await refusal(() => write(axolotl, [row('preference', 0), several])),
    /Row 2 \(trace-9\) cannot be written as axolotl-dpo: chatml\.prompt_pairs holds one question and its answer, this row has 4 turns/,
  )
  const { rows, skipped } = await write(axolotl, [row('preference', 0), several], { skip: true })
  assert.equal([rows, skipped.map(({ row: number }) => number)], [1, [2]])
  const marked: ExportRow = { kind: 'sft', messages: [user(1), { role: 'assistant', content: 'x<|im_end|>' }] }
  assert.match(await refusal(() => write(chatml, [marked])), /ChatML's own marks/)
})

test('a refused export leaves nothing; an existing file is kept unless forced', async () => {
  const format = find('trl-messages')
  const into = folder()
  const out = join(into, 'rows.jsonl')
  await refusal(() => writeExport(format, [row('sft', 0), { kind: 'sft', messages: [user(1)] }], { out }))
  assert.equal(existsSync(into) ? readdirSync(into) : [], [])
  await writeExport(format, rowsOf(format, 2), { out })
  assert.match(await refusal(() => writeExport(format, rowsOf(format, 2), { out })), /exists: .*--force/)
  assert.is((await writeExport(format, rowsOf(format, 3), { out, force: true })).rows, 3)
  assert.match(await refusal(() => writeExport(format, [], { out: join(into, 'none.jsonl') })), /no sft rows/)
})

test('validation by question: all rows of a question on one side, whatever else is exported', async () => {
  const format = find('trl-messages')
  const next = random(3)
  const rows = Array.from({ length: 600 }, (_, i): ExportRow => ({ kind: 'sft', messages: [user(Math.floor(next() * 200)), assistant(i)] }))
  const { files } = await write(format, rows, { validation: 0.2 })
  const [train, validation] = await Promise.all(files.map(({ file }) => read(format, file)))
  const asked = (side: ExportRow[] = []) => new Set(side.map((each) => (each.kind === 'sft' ? each.messages[0]?.content : '')))
  assert.ok([...asked(train)].every((question) => !asked(validation).has(question)))
  assert.ok(asked(validation).size > 15 && asked(validation).size < 70, String(asked(validation).size))
  const mlx = await write(find('mlx-lm'), rows, { validation: 0.2 })
  assert.equal(
    mlx.files.map(({ file }) => file.split('/').at(-1)),
    ['train.jsonl', 'valid.jsonl'],
  )
  assert.equal(asked(await read(format, mlx.files[1]?.file as string)), asked(validation))
})

test('no reader finds an end of a line within a row', async () => {
  const format = find('trl-messages')
  const rows: ExportRow[] = [{ kind: 'sft', messages: [user(0), { role: 'assistant', content: 'a\u2028b\u2029c\u0085d\r' }] }]
  const file = (await write(format, rows)).files[0]?.file as string
  assert.not.match(readFileSync(file, 'utf8').trimEnd(), /[\u0085\u2028\u2029\r\n]/)
  assert.equal(bare((await read(format, file))[0] as ExportRow, ''), bare(rows[0] as ExportRow, ''))
})

test('shards and gzip', async () => {
  const format = find('trl-messages')
  const { files } = await write(format, rowsOf(format, 25), { shard: 10, gzip: true })
  assert.equal(
    files.map(({ rows }) => rows),
    [10, 10, 5],
  )
  assert.ok(
    files.every(({ file }) => file.endsWith('.jsonl.gz')),
    files.map(({ file }) => file).join(),
  )
  assert.is((await Promise.all(files.map(({ file }) => read(format, file)))).flat().length, 25)
})

test('provenance names the file and the row; inline it makes the file no longer the consumer\u2019s', async () => {
  const format = find('trl-messages')
  const { files } = await write(format, rowsOf(format, 4))
  const file = files[0]?.file as string
  const side = readFileSync(file.replace('.jsonl', '.provenance.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { row: number; traces: string[] })
  assert.equal(
    side.map(({ row: number, traces }) => [number, traces[0]]),
    [
      [1, 'trace-0'],
      [2, 'trace-1'],
      [3, 'trace-2'],
      [4, 'trace-3'],
    ],
  )
  const inline = await write(format, rowsOf(format, 1), { provenance: 'inline' })
  assert.is((await checkExport(format, inline.files[0]?.file as string)).problems[0]?.field, 'provenance')
})

test('LLaMA-Factory finds its dataset_info.json and a YAML beside the rows', async () => {
  const { files, companions } = await write(find('llama-factory-ranking'), rowsOf(find('llama-factory-ranking'), 2))
  const info = JSON.parse(readFileSync(companions.find((name) => name.endsWith('dataset_info.json')) as string, 'utf8')) as Record<
    string,
    { file_name: string; ranking: boolean }
  >
  assert.equal(
    Object.values(info).map(({ file_name, ranking }) => [file_name, ranking]),
    [[files[0]?.file.split('/').at(-1), true]],
  )
  assert.ok(companions.some((name) => name.endsWith('train_dpo.yaml')))
})

test('an unknown format names the known ones', async () =>
  assert.match(await refusal(() => loadExport('nope')), /No format "nope"\. Formats: axolotl, axolotl-dpo/))

test.run()
