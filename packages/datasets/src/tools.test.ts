// Rows that call tools: between the formats that have words for them, refused by name where there are none; and files of the consumers' own documentation.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkExport } from './check-export.ts'
import { readLoosely } from './detect-export.ts'
import type { ExportRow } from './export-row.ts'
import { exportNames, loadExport } from './load-export.ts'
import { writeExport } from './write-export.ts'

const test = suite('tools')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-tools-'))
test.after(() => rmSync(scratch, { recursive: true, force: true }))
let files = 0

const tools = [{ type: 'function', function: { name: 'add', parameters: { type: 'object', properties: { a: { type: 'number' } } } } }]
const row: ExportRow = {
  kind: 'sft',
  messages: [
    { role: 'system', content: 'Use tools.' },
    { role: 'user', content: '2+2?' },
    { role: 'assistant', content: '', calls: [{ id: 'call_1', name: 'add', arguments: '{"a":2,"b":2}' }] },
    { role: 'tool', content: '4', callId: 'call_1', name: 'add' },
    { role: 'assistant', content: 'It is 4.' },
  ],
  tools,
}
const plainRow: ExportRow = {
  kind: 'sft',
  messages: [
    { role: 'user', content: 'q' },
    { role: 'assistant', content: 'a' },
  ],
}
const written = async (name: string, rows: ExportRow[], skip = false) => {
  const format = await loadExport(name)
  const out = join(scratch, String(files++))
  return {
    format,
    ...(await writeExport(format, rows, { out: format.splitFiles ? out : join(out, format.file), provenance: 'none', skip })),
  }
}
/** What a row says, without the ids and names that some formats do not keep. */
const said = (of: ExportRow | undefined) =>
  of?.kind === 'sft' && [
    of.messages.map(({ role, content, calls }) => [role, content, calls?.map((call) => [call.name, JSON.parse(call.arguments)])]),
    of.tools,
  ]

const names: string[] = []
for (const name of exportNames()) {
  const format = await loadExport(name)
  if (format.kind === 'sft') names.push(name)
}
for (const name of names)
  test(`${name}: a row with tools is written and read back, or named and left out`, async () => {
    const format = await loadExport(name)
    if (!format.tools) {
      const why = await written(name, [plainRow, row]).then(String, (error: Error) => error.message)
      assert.match(
        why,
        /^Row 2 cannot be written as [\w-]+: turn 3 calls a tool, and this format has no words for tools\. Leave such rows out with --skip/,
      )
      const { rows, skipped } = await written(name, [plainRow, row], true)
      assert.equal([rows, skipped.map((each) => each.row)], [1, [2]])
      return
    }
    const { files: made } = await written(name, [row, plainRow])
    const file = made[0]?.file ?? ''
    assert.is((await checkExport(format, file)).wrong, 0)
    const [back] = await Array.fromAsync(readLoosely(format, file))
    assert.equal(said(back), said(row))
    // And on into OpenAI's, whose tools answer by ids.
    const { files: again } = await written('openai', [back as ExportRow])
    const [message] = (JSON.parse(readFileSync(again[0]?.file ?? '', 'utf8')) as { messages: Record<string, unknown>[] }).messages.slice(3)
    assert.equal([message?.['role'], message?.['tool_call_id'], message?.['content']], ['tool', 'call_1', '4'])
  })

const documented: [format: string, row: object, problem: RegExp | null][] = [
  // OpenAI, Supervised fine-tuning: tools; vision; weights.
  [
    'openai',
    {
      messages: [
        { role: 'user', content: 'What is the weather in San Francisco?' },
        {
          role: 'assistant',
          tool_calls: [
            {
              id: 'call_id',
              type: 'function',
              function: { name: 'get_current_weather', arguments: '{"location": "San Francisco, USA", "format": "celsius"}' },
            },
          ],
        },
        { role: 'tool', tool_call_id: 'call_id', content: '21.0' },
        { role: 'assistant', content: '21 degrees celsius in San Francisco, CA', weight: 1 },
      ],
      parallel_tool_calls: false,
      tools: [{ type: 'function', function: { name: 'get_current_weather', parameters: { type: 'object', properties: {} } } }],
    },
    null,
  ],
  [
    'openai',
    {
      messages: [
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x/y.png' } }] },
        { role: 'assistant', content: 'a cat' },
      ],
    },
    null,
  ],
  [
    'openai',
    {
      messages: [
        { role: 'user', content: 'q' },
        { role: 'assistant', content: null },
      ],
    },
    /messages\.1\.content is not a string/,
  ],
  [
    'openai',
    {
      messages: [
        { role: 'user', content: 'q' },
        { role: 'tool', content: 'x' },
        { role: 'assistant', content: 'a' },
      ],
    },
    /messages\.1\.tool_call_id is missing/,
  ],
  [
    'openai',
    {
      messages: [
        { role: 'user', content: 'q' },
        { role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: { a: 1 } } }] },
      ],
    },
    /messages\.1\.tool_calls\.0\.function\.arguments is not a string/,
  ],
  // TRL, Dataset formats.
  [
    'trl-messages',
    {
      messages: [
        { role: 'user', content: 'Turn on the lights.' },
        { role: 'assistant', tool_calls: [{ type: 'function', function: { name: 'control_light', arguments: { room: 'living room' } } }] },
        { role: 'tool', name: 'control_light', content: 'on' },
        { role: 'assistant', content: 'Done!' },
      ],
      tools,
    },
    null,
  ],
  ['trl-preference', { prompt: 'The sky is', chosen: ' blue.', rejected: ' green.' }, null],
  ['trl-preference', { chosen: 'The sky is blue.', rejected: 'The sky is green.' }, null],
  ['trl-kto', { prompt: 'The sky is', completion: ' blue.', label: true }, null],
  ['trl-grpo', { prompt: 'The sky is', solution: 'blue', difficulty: 3 }, null],
  ['trl-grpo', { prompt: [{ role: 'user', content: 'What color is the sky?' }] }, null],
  // LLaMA-Factory, data/README.md: columns beside the rows may be null or missing.
  ['llama-factory-alpaca', { instruction: 'q', input: null, output: 'a', system: null, history: null }, null],
  [
    'llama-factory-sharegpt',
    {
      conversations: [
        { from: 'human', value: 'q' },
        { from: 'function_call', value: '{"name": "f", "arguments": {}}' },
        { from: 'observation', value: '1' },
        { from: 'gpt', value: 'a' },
      ],
      tools: '[{"name": "f"}]',
    },
    null,
  ],
  [
    'llama-factory-sharegpt',
    {
      conversations: [
        { from: 'human', value: 'q' },
        { from: 'function_call', value: 'call f' },
        { from: 'observation', value: '1' },
        { from: 'gpt', value: 'a' },
      ],
    },
    /conversations\.1\.value is no call of a tool/,
  ],
  [
    'llama-factory-sharegpt',
    {
      conversations: [
        { from: 'human', value: 'q' },
        { from: 'gpt', value: 'a' },
      ],
      tools: 'f',
    },
    /tools is no JSON list/,
  ],
  [
    'mlx-lm',
    {
      messages: [
        { role: 'user', content: 'q' },
        { role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }] },
      ],
      tools,
    },
    null,
  ],
]
for (const [name, given, problem] of documented)
  test(`${name}: ${JSON.stringify(given).slice(0, 60)}…`, async () => {
    const format = await loadExport(name)
    const file = join(scratch, `${files++}`)
    writeFileSync(file, format.container === 'json' ? JSON.stringify([given]) : `${JSON.stringify(given)}\n`)
    const { problems } = await checkExport(format, file)
    const [first] = problems
    if (problem === null) assert.is(first, undefined, `${first?.field} ${first?.says}`)
    else assert.match(`${first?.field} ${first?.says}`, problem)
  })

test('what cannot be had of a row that fits: which line, why; left out where that is asked for', async () => {
  const file = join(scratch, 'images.jsonl')
  const image = {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url: 'u' } },
        ],
      },
      { role: 'assistant', content: 'a cat' },
    ],
  }
  const text = {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What ' },
          { type: 'text', text: 'else?' },
        ],
      },
      { role: 'assistant', content: 'a dog' },
    ],
  }
  writeFileSync(file, [text, image].map((each) => `${JSON.stringify(each)}\n`).join(''))
  const format = await loadExport('openai')
  const refused = await Array.fromAsync(readLoosely(format, file)).then(String, (error: Error) => error.message)
  assert.match(refused, /images\.jsonl:2: message 1 holds an image_url: only text can be taken over/)
  const left: string[] = []
  const [row1] = await Array.fromAsync(readLoosely(format, file, { skipped: (line, why) => left.push(`${line} ${why}`) }))
  assert.is(row1?.kind === 'sft' && row1.messages[0]?.content, 'What else?')
  assert.is(left.length, 1)
  const grpo = join(scratch, 'grpo.jsonl')
  writeFileSync(grpo, '{"prompt":"q","solution":"1"}\n')
  assert.match(
    await Array.fromAsync(readLoosely(await loadExport('trl-grpo'), grpo)).then(String, (error: Error) => error.message),
    /answer is missing/,
  )
})

test('text pairs without a prompt column: the prompt is what both begin with, to the last space', async () => {
  const file = join(scratch, 'implicit.jsonl')
  writeFileSync(file, '{"chosen":"The sky is blue.","rejected":"The sky is black."}\n')
  const [pair] = await Array.fromAsync(readLoosely(await loadExport('trl-preference'), file))
  assert.equal(pair?.kind === 'preference' && [pair.prompt[0]?.content, pair.chosen[0]?.content], ['The sky is bl', 'ue.'])
})

test.run()
