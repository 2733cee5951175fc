import { random } from '@whetstone/core'
import { writeGguf } from '@whetstone/inference/write-gguf.ts'

const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`)

/** Writes a Mamba of random weights: a model whose memory is one state, which cannot be cut or copied up to a place. */
export function writeRandomMamba(path: string, blocks = 2): string {
  const [embedding, inner, state, rank, kernel] = [16, 32, 8, 4, 4]
  const tokens = ['<unk>', '<s>', '</s>', ...bytes]
  const next = random(7)
  const tensor = (name: string, shape: number[], fill = () => next() - 0.5) => ({
    name,
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, fill),
  })
  const layers = Array.from({ length: blocks }, (_, i) => [
    tensor(`blk.${i}.attn_norm.weight`, [embedding], () => 1),
    tensor(`blk.${i}.ssm_in.weight`, [embedding, 2 * inner]),
    tensor(`blk.${i}.ssm_conv1d.weight`, [kernel, inner]),
    tensor(`blk.${i}.ssm_conv1d.bias`, [inner]),
    tensor(`blk.${i}.ssm_x.weight`, [inner, rank + 2 * state]),
    tensor(`blk.${i}.ssm_dt.weight`, [rank, inner]),
    tensor(`blk.${i}.ssm_dt.bias`, [inner]),
    tensor(`blk.${i}.ssm_a`, [state, inner], () => -next()),
    tensor(`blk.${i}.ssm_d`, [inner]),
    tensor(`blk.${i}.ssm_out.weight`, [inner, embedding]),
  ]).flat()
  return writeGguf(
    path,
    {
      'general.architecture': { text: 'mamba' },
      'mamba.context_length': { u32: 512 },
      'mamba.embedding_length': { u32: embedding },
      'mamba.feed_forward_length': { u32: 0 },
      'mamba.attention.head_count': { u32: 0 },
      'mamba.block_count': { u32: blocks },
      'mamba.ssm.conv_kernel': { u32: kernel },
      'mamba.ssm.inner_size': { u32: inner },
      'mamba.ssm.state_size': { u32: state },
      'mamba.ssm.time_step_rank': { u32: rank },
      'mamba.attention.layer_norm_rms_epsilon': { f32: 1e-5 },
      'mamba.vocab_size': { u32: tokens.length },
      'tokenizer.ggml.model': { text: 'llama' },
      'tokenizer.ggml.tokens': { texts: tokens },
      'tokenizer.ggml.scores': { f32s: tokens.map(() => 0) },
      'tokenizer.ggml.token_type': { i32s: tokens.map((_, i) => (i === 0 ? 2 : i < 3 ? 3 : 6)) },
      'tokenizer.ggml.unknown_token_id': { u32: 0 },
      'tokenizer.ggml.bos_token_id': { u32: 1 },
      'tokenizer.ggml.eos_token_id': { u32: 2 },
      'tokenizer.ggml.add_space_prefix': { bool: false },
    },
    [
      tensor('token_embd.weight', [embedding, tokens.length]),
      tensor('output_norm.weight', [embedding], () => 1),
      tensor('output.weight', [embedding, tokens.length]),
      ...layers,
    ],
  )
}
