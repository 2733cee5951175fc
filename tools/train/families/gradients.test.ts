// Every family's gradients against finite differences: all weights by SFT and DPO, adapters by SFT; and once by ggml's own operations, as on a GPU.
import * as assert from 'uvu/assert'
import { check, randomModel, rowsFile, toolSuite } from '../test-model.ts'
import { families, specOf } from './family-table.ts'

const { it, run } = toolSuite('gradients of families')

type Tensor = { tensor: string; norm: number; relative_error: number }
const answer = 'abcdefgh12'
const sft = () =>
  rowsFile('family-sft.jsonl', [
    { prompt: '12+34=', completion: answer },
    { prompt: 'a', completion: 'b', weight: 0.5 },
  ])
const dpo = () => rowsFile('family-dpo.jsonl', [{ prompt: '1+1=', chosen: answer, rejected: '11' }])
const gentle = { embedding: 1, head: 0.3, matrix: 1.5, gain: 1, gain_deviation: 0.2, bias_deviation: 0.2 }
const small = { embedding_length: 32, feed_forward_length: 32, head_count_kv: 2, context_length: 64, init: gentle }

const experts = (family: string) =>
  /moe/.test(family) ? ['--lora-targets', 'all,ffn_gate_inp,ffn_gate_exps,ffn_up_exps,ffn_down_exps'] : []

for (const row of families.filter(({ bounds, spec }) => bounds === undefined && spec['block_count'] !== 64)) {
  // factors and sizes of a head that fit the narrower model
  const narrow = Object.fromEntries(
    Object.entries(row.spec)
      .filter(([key]) => key !== 'init')
      .map(([key, value]) => [key, Array.isArray(value) ? value.slice(0, 4) : value]),
  )
  const keys = {
    ...(row.spec['keys'] as object),
    ...('rope.dimension_count' in ((row.spec['keys'] as object) ?? {}) ? { 'rope.dimension_count': 8 } : {}),
  }
  const spec = { ...specOf(row), ...small, ...narrow, ...(row.spec['head_dim'] ? { head_dim: 16 } : {}), keys }
  const make = () => randomModel('family-gradients', spec)
  const every = (tensors: Tensor[], bound: number) => {
    assert.ok(tensors.length > 10 && tensors.filter(({ norm }) => norm > 1e-6).length > 0.8 * tensors.length, `${tensors.length} tensors`)
    for (const { tensor, relative_error: error } of tensors) assert.ok(error < bound, `${tensor}: relative error ${error}`)
  }
  it(`${row.name}: sft, all weights`, async () => every(await check('check-gradients', 'sft', await make(), sft()), 2e-2))
  it(`${row.name}: dpo, all weights`, async () =>
    every(await check('check-gradients', 'dpo', await make(), dpo(), ['--beta', 0.5, '--nll-weight', 0.5]), 2e-2))
  it(`${row.name}: sft, an adapter`, async () =>
    every(await check('check-gradients', 'sft', await make(), sft(), ['--lora-rank', 2, ...experts(row.name)]), 4e-3))
  if (['llama', 'qwen2', 'gemma3', 'lfm2'].includes(row.name))
    for (const plain of [[], ['--plain']])
      it(`${row.name}: sft, DoRA${plain.length ? ", ggml's own operations" : ''}`, async () =>
        every(await check('check-gradients', 'sft', await make(), sft(), ['--lora-rank', 2, '--dora', ...plain]), 4e-3))
  if (
    ['gemma2', 'gemma3', 'phi3, long', 'mistral3', 'olmo 3: windows, yarn', 'granite', 'llama 3: factors, biases, fused', 'lfm2'].includes(
      row.name,
    )
  )
    it(`${row.name}: sft, an adapter, ggml's own operations`, async () =>
      every(await check('check-gradients', 'sft', await make(), sft(), ['--lora-rank', 2, '--plain']), 4e-3))
}
run()
