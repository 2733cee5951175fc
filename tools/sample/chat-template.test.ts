// Qwen3's own template on its own kind of vocabulary: what is trained, sampled and scored is what llama-server serves.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { paths } from '@whetstone/core'
import type { Message } from '@whetstone/core'
import { serveModel } from '@whetstone/inference/serve-model.ts'
import { fromJsonl, haveTools, llamaSource, makeModel, testFolder, toJsonl, tool } from '../rows/make-model.ts'

const test = suite('chat template')
const source = llamaSource()
const built = haveTools('chat template', ['llama-init', 'llama-sample', 'llama-score', 'llama-train']) && source !== null
if (source === null) process.stdout.write("\nSKIP chat template: llama.cpp's source is not unpacked: run `npx nx run tools:build`\n")
const folder = testFolder('template')
const it = (what: string, check: () => void | Promise<void>) =>
  test(what, async () => {
    if (built) await check()
  })

/** Qwen3 in small: its template, and the vocabulary format of its family (byte-level BPE of 151,936 tokens, the chat's control tokens). */
const model = built
  ? makeModel(folder, 'qwen3', {
      architecture: 'qwen3',
      embedding_length: 32,
      block_count: 1,
      feed_forward_length: 32,
      head_count: 2,
      head_count_kv: 1,
      rms_eps: 1e-6,
      tied_embeddings: true,
      tokenizer: { from: join(source, 'models/ggml-vocab-qwen2.gguf') },
      chat_template: readFileSync(join(source, 'models/templates/Qwen-Qwen3-0.6B.jinja'), 'utf8'),
    })
  : ''

const conversations: Message[][] = [
  [
    { role: 'user', content: 'What is 2 + 3?' },
    { role: 'assistant', content: '5' },
  ],
  [
    { role: 'system', content: 'Answer with  a number.' },
    { role: 'user', content: ' Zwölf\nmal 12? ' },
    { role: 'assistant', content: '<think>\n12 * 12\n</think>\n\n144' },
  ],
  [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
    { role: 'user', content: 'c <|im_end|>' },
    { role: 'assistant', content: 'd\n' },
  ],
]
const thinking = [undefined, true, false]
const rows = conversations.flatMap((messages) =>
  thinking.map((enable) => ({ messages, template_args: enable === undefined ? undefined : { enable_thinking: enable } })),
)
const asked = rows.map((row, id) => ({ ...row, id, messages: row.messages.slice(0, -1) }))
type Tokens = { id: number; prompt: number[]; completion: number[]; mean_log_likelihood: number }
const run = (name: string, input: object[]) => {
  const { code, out, error } = tool(
    name,
    ['-m', model, '--data', '-', '--out', '-', '--logprobs', '-t', '1', ...(name === 'llama-sample' ? ['-n', '1'] : [])],
    toJsonl(input),
  )
  if (code !== 0) throw new Error(error)
  return fromJsonl<Tokens>(out)
    .filter(({ id }) => id !== undefined)
    .sort((a, b) => a.id - b.id)
}
let scored: Tokens[] = []

it('llama-sample and llama-score see the same prompt', () => {
  scored = run('llama-score', rows)
  const sampled = run('llama-sample', asked)
  assert.is(scored.length, rows.length)
  assert.equal(
    sampled.map(({ prompt }) => prompt),
    scored.map(({ prompt }) => prompt),
  )
  for (const { completion } of scored) assert.is(completion.at(-1), 151645) // <|im_end|>, and nothing after it
})

it('thinking on and off differ as the template says', () => {
  const lengths = scored.map(({ prompt }) => prompt.length)
  for (let i = 0; i < lengths.length; i += 3) {
    assert.equal(scored[i]?.prompt, scored[i + 1]?.prompt) // on is the default
    assert.ok((lengths[i + 2] ?? 0) > (lengths[i + 1] ?? 0)) // off: an empty think block is part of the prompt ...
    const thinks = conversations[i / 3]?.at(-1)?.content.includes('</think>')
    if (!thinks) assert.ok((scored[i + 2]?.completion.length ?? 0) < (scored[i + 1]?.completion.length ?? 0)) // ... and no part of the answer
  }
})

it('llama-train computes its loss on the same tokens', () => {
  for (const [i, row] of rows.entries()) {
    const data = join(folder, 'train.jsonl')
    const metrics = join(folder, `metrics-${i}.jsonl`)
    writeFileSync(data, toJsonl([row]))
    const { code, error } = tool('llama-train', [
      'sft',
      '-m',
      model,
      '--data',
      data,
      '--out',
      join(folder, 'trained.gguf'),
      '--steps',
      '1',
      '--batch',
      '1',
      '--lr',
      '1e-9',
      '--workers',
      '1',
      '--metrics',
      metrics,
      '--progress',
      'none',
    ])
    assert.is(code, 0, error)
    const [{ loss }] = fromJsonl<{ loss: number }>(readFileSync(metrics, 'utf8')) as [{ loss: number }]
    const expected = -(scored[i]?.mean_log_likelihood ?? 0)
    assert.ok(Math.abs(loss - expected) < 5e-3, `row ${i}: llama-train's loss ${loss}, llama-score's ${expected}`)
  }
})

it('llama-server renders and tokenizes the same prompt, and answers the same', async () => {
  if (!existsSync(paths.tool('llama-server'))) {
    process.stdout.write('\nSKIP chat template against llama-server: not built: run `npx nx run tools:build --tool=llama-server`\n')
    return
  }
  const greedy = run(
    'llama-sample',
    asked.map((row) => ({ ...row, temperature: 0, max_tokens: 1 })),
  ) as (Tokens & { ids: number[] })[]
  await using server = await serveModel({
    binary: paths.tool('llama-server'),
    args: ['-m', model, '-c', '512', '-np', '1', '-t', '1', '--jinja'],
  })
  const url = await server.address(false, AbortSignal.timeout(60_000))
  const post = async <T>(path: string, body: object): Promise<T> =>
    (await fetch(`${url}/${path}`, { method: 'POST', body: JSON.stringify(body) })).json() as Promise<T>
  for (const { id, messages, template_args } of asked) {
    const { prompt } = await post<{ prompt: string }>('apply-template', {
      messages,
      chat_template_kwargs: template_args,
    })
    const { tokens } = await post<{ tokens: number[] }>('tokenize', { content: prompt, add_special: true, parse_special: true })
    assert.equal(tokens, scored[id]?.prompt, `row ${id}: ${JSON.stringify(prompt)}`)
    const { tokens: answer } = await post<{ tokens: number[] }>('completion', {
      prompt: tokens,
      n_predict: 1,
      temperature: 0,
      return_tokens: true,
      cache_prompt: false,
    })
    assert.equal(answer, greedy[id]?.ids)
  }
})

test.run()
