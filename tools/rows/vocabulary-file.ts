// GGUF files of a vocabulary and a chat template alone, to render with: a real vocabulary of llama.cpp's bundle, the template's special tokens added to it.
import { readFileSync, writeFileSync } from 'node:fs'

type Entry = { key: string; type: number; bytes: Buffer }
const widths: Record<number, number> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 }

/** The metadata of a GGUF file, values as they lie there. */
function readEntries(file: string): Entry[] {
  const data = readFileSync(file)
  const count = Number(data.readBigUInt64LE(16))
  let at = 24
  const text = () => {
    const length = Number(data.readBigUInt64LE(at))
    at += 8 + length
    return data.toString('utf8', at - length, at)
  }
  const skip = (type: number): void => {
    if (type === 8) text()
    else if (type === 9) {
      const item = data.readUInt32LE(at)
      const items = Number(data.readBigUInt64LE(at + 4))
      at += 12
      if (item === 8) for (let i = 0; i < items; i++) text()
      else at += items * (widths[item] as number)
    } else at += widths[type] as number
  }
  return Array.from({ length: count }, () => {
    const key = text()
    const type = data.readUInt32LE(at)
    at += 4
    const from = at
    skip(type)
    return { key, type, bytes: data.subarray(from, at) }
  })
}

const number32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}
const text = (value: string) => {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(bytes.length))
  return Buffer.concat([length, bytes])
}
/** An array with items added to its end. */
function longer(entry: Entry, items: readonly Buffer[]): Buffer {
  const head = Buffer.from(entry.bytes.subarray(0, 12))
  const count = Number(head.readBigUInt64LE(4))
  head.writeBigUInt64LE(BigInt(count + items.length), 4)
  return Buffer.concat([head, entry.bytes.subarray(12), ...items])
}

/** Writes `vocabulary` with `template` and with `special` added where it lacks them; `end` is the token that ends a turn. */
export function writeVocabulary(
  file: string,
  vocabulary: string,
  template: string,
  special: readonly string[],
  end: string | null,
): string {
  const entries = new Map(readEntries(vocabulary).map((entry) => [entry.key, entry]))
  const tokens = entries.get('tokenizer.ggml.tokens') as Entry
  const size = Number(tokens.bytes.readBigUInt64LE(4))
  const missing = special.filter((name) => !tokens.bytes.includes(text(name)))
  const set = (key: string, type: number, bytes: Buffer) => entries.set(key, { key, type, bytes })
  set('tokenizer.ggml.tokens', 9, longer(tokens, missing.map(text)))
  const types = entries.get('tokenizer.ggml.token_type')
  const control = 3
  const plain = 4 // user-defined: found whole, and part of the text
  if (types)
    set(
      types.key,
      9,
      longer(
        types,
        missing.map((name) => number32(/think|THINK|tool|TOOL/.test(name) ? plain : control)),
      ),
    )
  const scores = entries.get('tokenizer.ggml.scores')
  if (scores)
    set(
      scores.key,
      9,
      longer(
        scores,
        missing.map(() => Buffer.alloc(4)),
      ),
    )
  set('tokenizer.chat_template', 8, text(template))
  if (end !== null && missing.includes(end)) set('tokenizer.ggml.eos_token_id', 4, number32(size + missing.indexOf(end)))
  const head = Buffer.alloc(24)
  head.write('GGUF')
  head.writeUInt32LE(3, 4)
  head.writeBigUInt64LE(BigInt(entries.size), 16)
  const body = [...entries.values()].flatMap(({ key, type, bytes }) => [text(key), number32(type), bytes])
  writeFileSync(file, Buffer.concat([head, ...body]))
  return file
}
