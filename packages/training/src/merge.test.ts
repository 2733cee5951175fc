import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, paths, runTool } from '@whetstone/core'
import type { Model } from '@whetstone/core'
import { average } from './average.ts'
import { merge } from './merge.ts'
import { quantizationTypes, quantize } from './quantize.ts'

const folder = mkdtempSync(join(tmpdir(), 'whetstone-merge-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const missing = ['llama-init', 'llama-train', 'llama-score', 'llama-export-lora', 'llama-quantize'].filter(
  (tool) => !existsSync(paths.tool(tool)),
)
if (missing.length) process.stdout.write(`\nSKIP merge and quantize: ${missing.join(', ')} not built: run \`npx nx run tools:build\`\n`)

const characters = [...'0123456789+=abcdefghijklmnopqrstuvwxyz']
const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`)
const spec = {
  architecture: 'llama',
  name: 'test',
  context_length: 128,
  embedding_length: 256,
  block_count: 2,
  feed_forward_length: 256,
  head_count: 4,
  rms_eps: 1e-5,
  tied_embeddings: false,
  tokenizer: {
    model: 'llama',
    tokens: ['<unk>', '<s>', '</s>', ...bytes, ...characters],
    bos: 1,
    eos: 2,
    unk: 0,
    add_bos: true,
    add_space_prefix: false,
  },
}
const file = (name: string, text?: string) => {
  if (text !== undefined) writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const jsonl = (rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

/** A random model with an adapter that has learnt to double digits. */
async function adapted(): Promise<Model> {
  const path = file('base.gguf')
  await runTool({ file: paths.tool('llama-init'), args: ['--spec', file('spec.json', JSON.stringify(spec)), '--seed', '1', '--out', path] })
  const rows = Array.from({ length: 10 }, (_, i) => ({ prompt: `${i}=`, completion: `${i}${i}` }))
  const adapter = file('adapter.gguf')
  await runTool({
    file: paths.tool('llama-train'),
    args: [
      'sft',
      '-m',
      path,
      '--data',
      file('rows.jsonl', jsonl(rows)),
      '--lora-rank',
      '4',
      '--out',
      adapter,
      '--steps',
      '60',
      '--batch',
      '10',
      '--lr',
      '0.02',
      '--workers',
      '1',
      '--progress',
      'none',
    ],
  })
  return {
    id: 'model-test',
    name: 'test',
    path,
    adapter,
    parent: null,
    dataset: null,
    trainer: null,
    quantization: 'F32',
    architecture: 'llama',
    parameters: null,
    vocabulary: null,
    createdAt: '2026-11-21T00:00:00Z',
    metadata: {},
  }
}

async function likelihoods({ path, adapter }: Model): Promise<number[]> {
  const rows = Array.from({ length: 10 }, (_, i) => ({ id: i, prompt: `${i}=`, response: `${i}${i}` }))
  const out = await runTool({
    file: paths.tool('llama-score'),
    args: ['-m', path as string, ...(adapter ? ['--lora', adapter] : []), '--data', '-', '--out', '-', '-t', '1', '--progress', 'none'],
    input: jsonl(rows),
  })
  return out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { log_likelihood: number }).log_likelihood)
    .filter((value) => value !== undefined)
}
const largest = (a: number[], b: number[]) => Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))))
async function refused(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    assert.instance(error, BadInput)
    return (error as Error).message
  }
  throw new Error('nothing was refused')
}

const test = suite('merge and quantize')
const it = (what: string, check: () => Promise<void>) =>
  test(what, async () => {
    if (missing.length === 0) await check()
  })
let model: Model

it('the merged model scores as base and adapter together', async () => {
  model = await adapted()
  const base = await likelihoods({ ...model, adapter: null })
  const both = await likelihoods(model)
  assert.is(both.length, 10)
  assert.ok(largest(base, both) > 1, 'the adapter changes nothing, so the test shows nothing')
  const merged = await merge(model, { out: file('merged/merged.gguf'), threads: 1 })
  assert.ok(largest(both, await likelihoods(merged)) < 5e-3)
  assert.equal([merged.adapter, merged.parent, merged.quantization], [null, 'model-test', 'F32'])
  assert.match(merged.id, /^model-[0-9a-f]{16}$/)
  assert.equal(readdirSync(file('merged')), ['merged.gguf'])
})

it('quantizes, and Q8_0 stays near', async () => {
  const merged = await merge(model, { out: file('merged.gguf'), threads: 1 })
  const exact = await likelihoods(merged)
  const eight = await quantize(merged, { type: 'Q8_0', out: file('q8.gguf'), threads: 1 })
  assert.is(eight.quantization, 'Q8_0')
  assert.ok(largest(exact, await likelihoods(eight)) < 0.5)
  const four = await quantize(merged, { type: 'Q4_K_M', out: file('q4.gguf'), threads: 1 })
  assert.ok(largest(exact, await likelihoods(four)) > largest(exact, await likelihoods(eight)))
})

it('knows the types that the tool knows', async () => {
  const help = await runTool({ file: '/bin/sh', args: ['-c', '"$0" --help || true', paths.tool('llama-quantize')] })
  const known = [...help.matchAll(/^ +\d+ +or +(\S+) +: (?!alias)/gm)]
    .map(([, name]) => name as string)
    .filter((name) => !['F32', 'COPY'].includes(name))
  assert.ok(known.length > 20)
  for (const name of known) assert.ok((quantizationTypes as readonly string[]).includes(name), `${name} is missing`)
})

it('the average of a model with itself scores as it does; of others only with one base', async () => {
  const mean = await average([model, model], { out: file('mean.gguf'), shares: [1, 2] })
  assert.ok(largest(await likelihoods(model), await likelihoods(mean)) < 5e-3)
  assert.equal([mean.path, mean.adapter, mean.parent], [model.path, file('mean.gguf'), 'model-test'])
  assert.match(await refused(average([model], { out: file('x.gguf') })), /at least two models, 1 given/)
  assert.match(await refused(average([model, { ...model, adapter: null }], { out: file('x.gguf') })), /adapters need one base/)
})

it('refuses in one line what cannot be', async () => {
  const whole = { ...model, adapter: null }
  assert.match(await refused(merge(whole, { out: file('x.gguf') })), /no adapter to merge/)
  assert.match(await refused(merge({ ...model, adapter: file('nowhere.gguf') }, { out: file('x.gguf') })), /nowhere\.gguf not found/)
  assert.match(await refused(quantize(model, { type: 'Q8_0', out: file('x.gguf') })), /merge them first/)
  assert.match(await refused(quantize(whole, { type: 'Q9' as 'Q8_0', out: file('x.gguf') })), /No quantization type "Q9"\. Types: F32/)
  assert.match(await refused(quantize(whole, { type: 'IQ1_S', out: file('x.gguf') })), /importance matrix/)
  assert.not.ok(existsSync(file('x.gguf')))
})

test.run()
