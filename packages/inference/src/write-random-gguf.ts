import { random, writeAtomic } from '@whetstone/core'

/** A test fixture's shape; the defaults make a model of about 60,000 weights. */
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
const template = `{% for message in messages %}{{ message.role[0] }}:{{ message.content }}\n{% endfor %}{% if add_generation_prompt %}a:{% endif %}`

/**
 * Writes a llama-architecture GGUF of random weights, F32, with a character vocabulary (SentencePiece with byte fallback) and a chat
 * template. It says nothing sensible: it is there so that tests run real inference on any machine in a second, without a download.
 */
export function writeRandomGguf(path: string, options: RandomGguf = {}): string {
  const {
    seed = 1,
    embedding = 32,
    blocks = 2,
    heads = 2,
    feedForward = 64,
    contextLength = 512,
    chatTemplate = template,
    characters = printable,
  } = options
  const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`)
  // SentencePiece writes a space as U+2581.
  const tokens = ['<unk>', '<s>', '</s>', ...bytes, ...[...characters].map((character) => (character === ' ' ? '\u2581' : character))]
  const kinds = tokens.map((_, i) => (i === 0 ? 2 : i < 3 ? 3 : i < 3 + 256 ? 6 : 1))
  const metadata: [string, number, Buffer][] = [
    ['general.architecture', 8, text('llama')],
    ['general.name', 8, text('random')],
    ['general.file_type', 4, u32(0)],
    ['llama.context_length', 4, u32(contextLength)],
    ['llama.embedding_length', 4, u32(embedding)],
    ['llama.block_count', 4, u32(blocks)],
    ['llama.feed_forward_length', 4, u32(feedForward)],
    ['llama.attention.head_count', 4, u32(heads)],
    ['llama.attention.head_count_kv', 4, u32(heads)],
    ['llama.attention.layer_norm_rms_epsilon', 6, f32(1e-5)],
    ['llama.rope.dimension_count', 4, u32(embedding / heads)],
    ['llama.vocab_size', 4, u32(tokens.length)],
    ['tokenizer.ggml.model', 8, text('llama')],
    ['tokenizer.ggml.tokens', 9, array(8, tokens.map(text))],
    [
      'tokenizer.ggml.scores',
      9,
      array(
        6,
        tokens.map(() => f32(0)),
      ),
    ],
    ['tokenizer.ggml.token_type', 9, array(5, kinds.map(u32))],
    ['tokenizer.ggml.unknown_token_id', 4, u32(0)],
    ['tokenizer.ggml.bos_token_id', 4, u32(1)],
    ['tokenizer.ggml.eos_token_id', 4, u32(2)],
    ['tokenizer.ggml.add_bos_token', 7, Buffer.from([1])],
    ['tokenizer.ggml.add_space_prefix', 7, Buffer.from([0])],
    ['tokenizer.chat_template', 8, text(chatTemplate)],
  ]
  const tensors: [string, number[]][] = [
    ['token_embd.weight', [embedding, tokens.length]],
    ['output_norm.weight', [embedding]],
    ['output.weight', [embedding, tokens.length]],
  ]
  for (let block = 0; block < blocks; block++) {
    const add = (name: string, ...shape: number[]) => tensors.push([`blk.${block}.${name}.weight`, shape])
    add('attn_norm', embedding)
    for (const name of ['attn_q', 'attn_k', 'attn_v', 'attn_output']) add(name, embedding, embedding)
    add('ffn_norm', embedding)
    add('ffn_gate', embedding, feedForward)
    add('ffn_up', embedding, feedForward)
    add('ffn_down', feedForward, embedding)
  }
  const next = random(seed)
  let offset = 0
  const infos: Buffer[] = []
  const weights: Buffer[] = []
  for (const [name, shape] of tensors) {
    infos.push(text(name), u32(shape.length), ...shape.map(u64), u32(0), u64(offset))
    const count = shape.reduce((product, length) => product * length, 1)
    const norm = shape.length === 1
    const data = Float32Array.from({ length: count }, () => (norm ? 1 : (next() - 0.5) * 1.2))
    const padded = Buffer.alloc(aligned(count * 4))
    Buffer.from(data.buffer).copy(padded)
    weights.push(padded)
    offset += padded.length
  }
  const header = Buffer.concat([
    Buffer.from('GGUF'),
    u32(3),
    u64(tensors.length),
    u64(metadata.length),
    ...metadata.flatMap(([key, type, value]) => [text(key), u32(type), value]),
    ...infos,
  ])
  writeAtomic(path, Buffer.concat([header, Buffer.alloc(aligned(header.length) - header.length), ...weights]))
  return path
}

const aligned = (length: number) => Math.ceil(length / 32) * 32
const u32 = (value: number) => {
  const b = Buffer.alloc(4)
  b.writeUInt32LE(value)
  return b
}
const u64 = (value: number) => {
  const b = Buffer.alloc(8)
  b.writeBigUInt64LE(BigInt(value))
  return b
}
const f32 = (value: number) => {
  const b = Buffer.alloc(4)
  b.writeFloatLE(value)
  return b
}
const text = (value: string) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)])
const array = (type: number, values: Buffer[]) => Buffer.concat([u32(type), u64(values.length), ...values])
