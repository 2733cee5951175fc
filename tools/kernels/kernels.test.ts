// Products and attention of our own, as llama-sample and llama-score use them, against the trainer's graph: sizes that fill no vector or panel, several queries a key, caps that are left to libllama.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromJsonl, haveTools, makeModel, testFolder, toJsonl, tool } from '../rows/make-model.ts'

const test = suite('kernels')
const built = haveTools('kernels', ['llama-init', 'llama-sample', 'llama-score', 'llama-train'])
const folder = testFolder('kernels')

/** All have matrices of 2^17 weights or more, which is where the products begin. */
const shapes = {
  'head size 88, 999 wide': { embedding_length: 528, head_count: 6, head_count_kv: 2, feed_forward_length: 999 },
  'head size 20': { architecture: 'qwen2', embedding_length: 160, head_count: 8, feed_forward_length: 1001 },
  'head size 128, one key for all queries': { architecture: 'qwen3', embedding_length: 512, head_count: 4, head_count_kv: 1 },
  'soft caps': { architecture: 'gemma2', embedding_length: 256, head_count: 4, feed_forward_length: 777 },
}
type Sample = { id: number; text: string; ids: number[]; prompt: number[]; logprobs: number[]; prompt_text: string }
const prompts = Array.from({ length: 12 }, (_, id) => ({ id, prompt: `${(id * 977) % 1000}+${'4'.repeat(1 + ((id * 5) % 60))}=`, n: 2 }))
const sampled = (model: string, slots: number, rows: readonly object[]) => {
  const { code, out, error } = tool(
    'llama-sample',
    [...['-m', model, '--data', '-', '--logprobs', '--seed', '3', '--temp', '1', '-n', '40', '-np', String(slots), '-t', '2']],
    toJsonl(rows),
  )
  if (code !== 0) throw new Error(error)
  return fromJsonl<Sample>(out).filter(({ id }) => id !== undefined)
}

for (const [name, shape] of Object.entries(shapes))
  test(name, () => {
    if (!built) return
    const model = makeModel(folder, name.replaceAll(/\W+/g, '-'), shape)
    const samples = sampled(model, 24, prompts)
    const rows = join(folder, 'rows.jsonl')
    writeFileSync(rows, toJsonl(samples.map(({ prompt_text: prompt, ids, logprobs }) => ({ prompt, completion_ids: ids, logprobs }))))
    const metrics = join(folder, 'metrics.jsonl')
    const flags = [
      '--steps',
      '1',
      '--batch',
      '2',
      '--lora-rank',
      '1',
      '--unchecked',
      '--out',
      join(folder, 'adapter.gguf'),
      '--metrics',
      metrics,
    ]
    const trained = tool('llama-train', ['sft', '-m', model, '--data', rows, '--parity', rows, ...flags])
    assert.is(trained.code, 0, trained.error)
    const bound = name === 'soft caps' ? 1e-3 : 1e-4 // libllama's own attention adds up in half precision
    const { own } = JSON.parse(readFileSync(metrics, 'utf8').trim().split('\n').at(-1) as string) as {
      own: { mean_abs: number; max_abs: number }
    }
    assert.ok(own.mean_abs < bound && own.max_abs < 20 * bound, JSON.stringify(own))

    const scored = tool('llama-score', ['-m', model, '--data', rows, '--logprobs'])
    const scores = fromJsonl<{ logprobs: number[] }>(scored.out)
    const furthest = Math.max(
      ...samples.flatMap(({ logprobs }, i) => logprobs.map((value, k) => Math.abs(value - (scores[i]?.logprobs[k] as number)))),
    )
    assert.ok(furthest < 1e-2, `${furthest} between sampler and scorer`)
  })

test.run()
