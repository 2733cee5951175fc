// The trainer's gradients against finite differences, and its forward pass against libllama's.
import * as assert from 'uvu/assert'
import { check, randomModel, rowsFile, toolSuite } from '../test-model.ts'
import type { Architecture } from '../test-model.ts'

const { it, run } = toolSuite('gradients')

type Tensor = { tensor: string; norm: number; relative_error: number; cosine_to_dequantized?: number }

const architectures: { architecture: Architecture; spec: Record<string, unknown>; kinds: string[] }[] = [
  { architecture: 'llama', spec: { tied_embeddings: true, nope: true }, kinds: [] },
  { architecture: 'qwen2', spec: {}, kinds: ['attn_q.bias', 'attn_k.bias', 'attn_v.bias', 'output.weight'] },
  { architecture: 'qwen3', spec: { head_dim: 16 }, kinds: ['attn_q_norm.weight', 'attn_k_norm.weight', 'output.weight'] },
]
const kinds = [
  'token_embd',
  'output_norm',
  'attn_norm',
  'attn_q',
  'attn_k',
  'attn_v',
  'attn_output',
  'ffn_norm',
  'ffn_gate',
  'ffn_up',
  'ffn_down',
].map((kind) => `${kind}.weight`)
const targets = ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down']

const completions = [
  ['12', 1],
  ['7', 0],
  ['345', 0],
  ['12', 1],
].map(([text, reward], i) => ({
  text,
  reward,
  logprobs: Array.from({ length: String(text).length + 1 }, (_, k) => -3.1 + 0.05 * k + 0.02 * i),
}))
const pairs = [
  { prompt: '1+1=', chosen: '2', rejected: '11' },
  { prompt: 'ab', chosen: 'bababab', rejected: 'abab', weight: 2 },
]
const methods: { name: string; rows: Record<string, unknown>[]; args: (string | number)[] }[] = [
  {
    name: 'sft',
    rows: [
      { prompt: '12+34=', completion: '46' },
      { prompt: 'a', completion: 'bcdef', weight: 0.5 },
      { prompt: '9=', completion: '9' },
    ],
    args: [],
  },
  {
    name: 'dpo',
    rows: pairs,
    args: ['--beta', 0.5, '--label-smoothing', 0.1, '--nll-weight', 0.5],
  },
  { name: 'simpo', rows: pairs, args: ['--nll-weight', 0.2] },
  { name: 'orpo', rows: pairs, args: ['--beta', 0.7] },
  {
    name: 'kto',
    rows: [
      { prompt: '1+1=', completion: '2', desirable: true },
      { prompt: 'ab', completion: 'ba', desirable: false, weight: 2 },
      { prompt: '9=', completion_ids: [12, 2], desirable: true },
    ],
    args: ['--beta', 0.5, '--undesirable-weight', 1.5],
  },
  {
    name: 'distill',
    rows: [
      { prompt: '1+1=', teacher_prompt: 'ab1+1=', completion: '2' },
      { prompt: 'ab', teacher_prompt: [{ role: 'user', content: '8' }], completion_ids: [5, 8, 9, 2], forced: [[1, 2]], weight: 2 },
      {
        prompt: 'ab',
        completion_ids: [5, 2],
        teacher_logprobs: [
          [
            [3, -0.5],
            [5, -2],
          ],
          [[2, 0]],
        ],
      },
    ],
    args: ['--teacher-top', 4, '--nll-weight', 0.3],
  },
  {
    name: 'grpo',
    rows: [
      { prompt: '3+9=', completions },
      { messages: [{ role: 'user', content: '5' }], completions },
    ],
    args: ['--kl', 0.1, '--clip-ratio', 50],
  },
]

for (const { architecture, spec, kinds: more } of architectures) {
  // how a loss enters the graph does not depend on the architecture: all three for the main methods, one for the others
  for (const { name, rows, args } of methods.filter((method) => architecture === 'llama' || ['sft', 'dpo', 'grpo'].includes(method.name))) {
    it(`${architecture} ${name}, all weights`, async () => {
      const model = await randomModel(`${architecture}-full`, { architecture, ...spec })
      const tensors = await check<Tensor>('check-gradients', name, model, rowsFile(`${name}.jsonl`, rows), args)
      for (const kind of [...kinds, ...more])
        assert.ok(
          tensors.some(({ tensor, norm }) => tensor.endsWith(kind) && norm > 1e-4),
          `${kind} is trained`,
        )
      for (const { tensor, relative_error: error } of tensors) assert.ok(error < 2e-2, `${tensor}: relative error ${error}`)
    })
    it(`${architecture} ${name}, LoRA`, async () => {
      const model = await randomModel(`${architecture}-lora`, { architecture, ...spec })
      const tensors = await check<Tensor>('check-gradients', name, model, rowsFile(`${name}.jsonl`, rows), [...args, '--lora-rank', 3])
      for (const target of targets)
        for (const part of ['a', 'b'])
          assert.ok(tensors.some(({ tensor, norm }) => tensor.endsWith(`${target}.weight.lora_${part}`) && norm > 1e-5))
      assert.is(tensors.length, 2 * 2 * targets.length)
      for (const { tensor, relative_error: error } of tensors) assert.ok(error < 2e-3, `${tensor}: relative error ${error}`)
    })
  }
  for (const args of [[], ['--lora-rank', 3]]) {
    it(`${architecture} sft by ggml's own operations, as on a GPU, ${args.length ? 'LoRA' : 'all weights'}`, async () => {
      const model = await randomModel(`${architecture}-plain`, { architecture, ...spec })
      const tensors = await check<Tensor>('check-gradients', 'sft', model, rowsFile('sft.jsonl', methods[0]?.rows ?? []), [
        '--plain',
        ...args,
      ])
      assert.ok(tensors.length > 18)
      for (const { tensor, relative_error: error } of tensors)
        assert.ok(error < (args.length ? 2e-3 : 2e-2), `${tensor}: relative error ${error}`)
    })
  }
  it(`${architecture}: logits equal libllama's`, async () => {
    const model = await randomModel(`${architecture}-logits`, { architecture, ...spec })
    const [result] = await check<{ largest_difference: number; largest_logit: number }>(
      'check-logits',
      'sft',
      model,
      rowsFile('sft.jsonl', methods[0]?.rows ?? []),
    )
    assert.ok(result && result.largest_logit > 0.1 && result.largest_difference < 1e-4, JSON.stringify(result))
  })
}

// Little memory: activations computed again, the head in chunks of 16 rows (DPO then needs all log-probs before the first gradient).
for (const { name, rows, args } of methods) {
  for (const how of [[], ['--plain']]) {
    it(`${name} with checkpointing and a chunked head${how.length ? ', plain' : ''}`, async () => {
      const model = await randomModel('chunks', { architecture: 'qwen3', head_dim: 16 })
      const long = name === 'sft' ? [...rows, { prompt: '1', completion: '123456789'.repeat(3) }] : rows
      const data = rowsFile(`${name}-long.jsonl`, [...long, ...long.map((row) => ({ ...row, weight: 0.3 }))])
      const tensors = await check<Tensor>('check-gradients', name, model, data, [...args, ...how, '--activation-memory', 0])
      for (const { tensor, relative_error: error } of tensors) assert.ok(error < 2e-2, `${tensor}: relative error ${error}`)
    })
  }
}

for (const type of ['F16', 'BF16', 'Q8_0', 'Q4_K', 'Q6_K']) {
  it(`LoRA on ${type}: the gradient of the dequantized weights`, async () => {
    const model = await randomModel(
      type,
      { architecture: 'qwen3', embedding_length: 256, feed_forward_length: 256, block_count: 1, head_dim: 64 },
      type,
    )
    const tensors = await check<Tensor>('check-gradients', 'sft', model, rowsFile('sft.jsonl', methods[0]?.rows ?? []), ['--lora-rank', 2])
    for (const { tensor, relative_error: error, cosine_to_dequantized: cosine = 0 } of tensors) {
      assert.ok(cosine > 0.998, `${tensor}: cosine ${cosine}`)
      assert.ok(error < 2e-3, `${tensor}: relative error ${error}`)
    }
  })
}
run()
