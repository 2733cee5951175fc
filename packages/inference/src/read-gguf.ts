import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { tensorTypes } from './gguf-types.ts'

/** A value of the header. Arrays longer than 64 (vocabularies) are kept as their length alone, those of texts with a hash where it is asked for. */
export type GgufValue = number | bigint | boolean | string | GgufValue[] | { length: number; sha256?: string }
export type GgufTensor = { name: string; dimensions: number[]; type: number; offset: number }
export type GgufFile = {
  version: number
  metadata: Map<string, GgufValue>
  tensors: GgufTensor[]
  /** Bytes the header says the file has; null where it holds a tensor type we do not know. */
  expected: number | null
  bytes: number
}

/** What the header asks for lies behind the end of the file, or cannot be meant. */
export class TornGguf extends Error {}
export class NotGguf extends Error {}

/** Types of fixed width, by their number: bytes, and how to read one. */
const fixed: Record<number, readonly [number, (buffer: Buffer, at: number) => GgufValue]> = {
  0: [1, (buffer, at) => buffer.readUInt8(at)],
  1: [1, (buffer, at) => buffer.readInt8(at)],
  2: [2, (buffer, at) => buffer.readUInt16LE(at)],
  3: [2, (buffer, at) => buffer.readInt16LE(at)],
  4: [4, (buffer, at) => buffer.readUInt32LE(at)],
  5: [4, (buffer, at) => buffer.readInt32LE(at)],
  6: [4, (buffer, at) => buffer.readFloatLE(at)],
  7: [1, (buffer, at) => buffer.readUInt8(at) !== 0],
  10: [8, (buffer, at) => buffer.readBigUInt64LE(at)],
  11: [8, (buffer, at) => buffer.readBigInt64LE(at)],
  12: [8, (buffer, at) => buffer.readDoubleLE(at)],
}

/** Reads header, metadata and tensor list of a GGUF file (versions 2 and 3, docs/gguf.md of ggml), without the weights. `keepTexts`: arrays of so many texts are kept whole. */
export function readGguf(path: string, options: { hashTexts?: boolean; keepTexts?: number } = {}): GgufFile {
  const file = openSync(path, 'r')
  try {
    return parse(file, statSync(path).size, options)
  } finally {
    closeSync(file)
  }
}

function parse(file: number, bytes: number, { hashTexts = false, keepTexts = 64 }: { hashTexts?: boolean; keepTexts?: number }): GgufFile {
  let buffer = Buffer.alloc(0)
  let base = 0
  let at = 0
  /** Makes `count` bytes available at the cursor, reading a megabyte at a time, and steps over them. */
  const take = (count: number): number => {
    if (count > bytes - base - at) throw new TornGguf('ends within its header')
    if (at + count > buffer.length) {
      const next = Buffer.alloc(Math.min(bytes - base - at, Math.max(count, 1 << 20)))
      readSync(file, next, 0, next.length, base + at)
      base += at
      buffer = next
      at = 0
    }
    at += count
    return at - count
  }
  const u32 = () => {
    const start = take(4)
    return buffer.readUInt32LE(start)
  }
  const u64 = () => {
    const start = take(8)
    return Number(buffer.readBigUInt64LE(start))
  }
  const text = () => {
    const length = u64()
    const start = take(length)
    return buffer.toString('utf8', start, start + length)
  }
  const value = (type: number): GgufValue => {
    if (type === 8) return text()
    if (type === 9) return array()
    const [width, read] = fixed[type] ?? []
    if (width === undefined || read === undefined) throw new NotGguf(`has a value of unknown type ${type} in its header`)
    const start = take(width)
    return read(buffer, start)
  }
  const array = (): GgufValue => {
    const type = u32()
    const length = u64()
    if (type === 9) throw new NotGguf('nests arrays in its header')
    const width = fixed[type]?.[0]
    if (length <= 64 || (type === 8 && length <= keepTexts)) return Array.from({ length }, () => value(type))
    if (width !== undefined) take(width * length)
    else if (type === 8) return skipTexts(length)
    else throw new NotGguf(`has an array of unknown type ${type} in its header`)
    return { length }
  }

  const skipTexts = (length: number): GgufValue => {
    const digest = hashTexts ? createHash('sha256') : null
    for (let i = 0; i < length; i++) {
      const start = take(u64())
      digest?.update(buffer.subarray(start, at)).update('\0')
    }
    return { length, sha256: digest ? digest.digest('hex') : undefined }
  }

  const start = take(Math.min(4, bytes))
  if (buffer.toString('latin1', start, at) !== 'GGUF') throw new NotGguf('does not begin with GGUF')
  const version = u32()
  if (version !== 2 && version !== 3)
    throw new NotGguf(version > 0xffff ? 'is big-endian' : `has GGUF version ${version}, known are 2 and 3`)
  const tensorCount = u64()
  const valueCount = u64()
  const metadata = new Map<string, GgufValue>()
  for (let i = 0; i < valueCount; i++) metadata.set(text(), value(u32()))
  const tensors: GgufTensor[] = []
  for (let i = 0; i < tensorCount; i++) {
    const name = text()
    const axes = u32()
    if (axes > 4) throw new NotGguf(`has a tensor of ${axes} dimensions`)
    tensors.push({ name, dimensions: Array.from({ length: axes }, u64), type: u32(), offset: u64() })
  }
  const alignment = Number(metadata.get('general.alignment') ?? 32)
  const data = Math.ceil((base + at) / alignment) * alignment
  return { version, metadata, tensors, expected: expectedBytes(tensors, data), bytes }
}

export const tensorSize = (tensor: GgufTensor) => tensor.dimensions.reduce((product, length) => product * length, 1)

function expectedBytes(tensors: readonly GgufTensor[], data: number): number | null {
  let end = 0
  for (const tensor of tensors) {
    const type = tensorTypes.get(tensor.type)
    if (type === undefined) return null
    end = Math.max(end, data + tensor.offset + (tensorSize(tensor) / type.block) * type.bytes)
  }
  return end
}
