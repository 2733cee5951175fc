import { random } from '@whetstone/core'
import type { Random } from '@whetstone/core'
import { writeGguf } from './write-gguf.ts'
import type { F32Tensor } from './write-gguf.ts'

/** A test fixture's shape; the defaults make a model of 43,360 weights. */
export type RandomGguf = {
  seed?: number
  embedding?: number
  blocks?: number
  heads?: number
  feedForward?: number
  contextLength?: number
  chatTemplate?: string
  /** Characters that have a token of their own; every other one is spelled in byte tokens. */
  characters?: string
}

const printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('') + '\n'
const template = `{% for message in messages %}{{ message.role[0] }}:{{ message.content }}
{% endfor %}{% if add_generation_prompt %}a:{% endif %}`

/**
 * Writes a llama-architecture GGUF of random weights, F32, with a character vocabulary (SentencePiece with byte fallback) and a chat
 * template. It says nothing sensible: it is there so that tests run real inference on any machine in a second, without a download.
 */
export function writeRandomGguf(path: string, options: RandomGguf = {}): string {
  const { seed = 1, embedding = 32, blocks = 2, heads = 2, feedForward = 64 } = options
  const { contextLength = 512, chatTemplate = template, characters = printable } = options
  const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`)
  // SentencePiece writes a space as U+2581.
  const tokens = ['<unk>', '<s>', '</s>', ...bytes, ...[...characters].map((character) => (character === ' ' ? '\u2581' : character))]
  const metadata = {
    'general.architecture': { text: 'llama' },
    'general.name': { text: 'random' },
    'general.file_type': { u32: 0 },
    'llama.context_length': { u32: contextLength },
    'llama.embedding_length': { u32: embedding },
    'llama.block_count': { u32: blocks },
    'llama.feed_forward_length': { u32: feedForward },
    'llama.attention.head_count': { u32: heads },
    'llama.attention.head_count_kv': { u32: heads },
    'llama.attention.layer_norm_rms_epsilon': { f32: 1e-5 },
    'llama.rope.dimension_count': { u32: embedding / heads },
    'llama.vocab_size': { u32: tokens.length },
    'tokenizer.ggml.model': { text: 'llama' },
    'tokenizer.ggml.tokens': { texts: tokens },
    'tokenizer.ggml.scores': { f32s: tokens.map(() => 0) },
    // unknown, control, byte, normal
    'tokenizer.ggml.token_type': { i32s: tokens.map((_, i) => (i === 0 ? 2 : i < 3 ? 3 : i < 3 + 256 ? 6 : 1)) },
    'tokenizer.ggml.unknown_token_id': { u32: 0 },
    'tokenizer.ggml.bos_token_id': { u32: 1 },
    'tokenizer.ggml.eos_token_id': { u32: 2 },
    'tokenizer.ggml.add_bos_token': { bool: true },
    'tokenizer.ggml.add_space_prefix': { bool: false },
    'tokenizer.chat_template': { text: chatTemplate },
  }
  const next = random(seed)
  const tensors = [
    randomTensor(next, 'token_embd.weight', embedding, tokens.length),
    ones('output_norm.weight', embedding),
    randomTensor(next, 'output.weight', embedding, tokens.length),
  ]
  for (let block = 0; block < blocks; block++) {
    const name = (part: string) => `blk.${block}.${part}.weight`
    tensors.push(ones(name('attn_norm'), embedding), ones(name('ffn_norm'), embedding))
    for (const part of ['attn_q', 'attn_k', 'attn_v', 'attn_output']) tensors.push(randomTensor(next, name(part), embedding, embedding))
    for (const part of ['ffn_gate', 'ffn_up']) tensors.push(randomTensor(next, name(part), embedding, feedForward))
    tensors.push(randomTensor(next, name('ffn_down'), feedForward, embedding))
  }
  return writeGguf(path, metadata, tensors)
}

/**
 * Writes a LoRA adapter of random weights, rank 2, on the queries and the outputs of a model of {@link writeRandomGguf} with the same
 * shape.
 */
export function writeRandomAdapter(path: string, options: Pick<RandomGguf, 'seed' | 'embedding' | 'blocks'> = {}): string {
  const { seed = 2, embedding = 32, blocks = 2 } = options
  const rank = 2
  const next = random(seed)
  const metadata = {
    'general.type': { text: 'adapter' },
    'general.architecture': { text: 'llama' },
    'adapter.type': { text: 'lora' },
    'adapter.lora.alpha': { f32: rank },
  }
  const tensors = Array.from({ length: blocks }, (_, block) =>
    ['attn_q', 'attn_output'].map((part) => `blk.${block}.${part}.weight`),
  ).flat()
  return writeGguf(
    path,
    metadata,
    tensors.flatMap((name) => [
      randomTensor(next, `${name}.lora_a`, embedding, rank),
      randomTensor(next, `${name}.lora_b`, rank, embedding),
    ]),
  )
}

const tensor = (name: string, shape: number[], value: () => number): F32Tensor => ({
  name,
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, value),
})
const randomTensor = (next: Random, name: string, ...shape: number[]) => tensor(name, shape, () => (next() - 0.5) * 1.2)
const ones = (name: string, length: number) => tensor(name, [length], () => 1)
