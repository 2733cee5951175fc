import { writeAtomic } from '@whetstone/core'

/** A typed value of the header; `i32s` is an array of 32-bit integers. */
export type GgufWrite =
  | { u32: number }
  | { f32: number }
  | { bool: boolean }
  | { text: string }
  | { texts: string[] }
  | { f32s: number[] }
  | { i32s: number[] }
/** A tensor of F32; the first dimension runs fastest. */
export type F32Tensor = { name: string; shape: number[]; data: Float32Array }

/**
 * Writes a GGUF file, version 3, with F32 tensors (docs/gguf.md of ggml). For the fixtures of tests: the native tools write the models that
 * matter.
 */
export function writeGguf(path: string, metadata: Record<string, GgufWrite>, tensors: readonly F32Tensor[]): string {
  const infos: Buffer[] = []
  const data: Buffer[] = []
  let offset = 0
  for (const tensor of tensors) {
    infos.push(text(tensor.name), u32(tensor.shape.length), ...tensor.shape.map(u64), u32(0), u64(offset))
    const bytes = Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength)
    data.push(bytes, padding(bytes.length))
    offset += aligned(bytes.length)
  }
  const entries = Object.entries(metadata)
  const values = entries.flatMap(([key, value]) => [text(key), ...typed(value)])
  const header = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(entries.length), ...values, ...infos])
  writeAtomic(path, Buffer.concat([header, padding(header.length), ...data]))
  return path
}

/** The number of the type, then the value. */
function typed(value: GgufWrite): Buffer[] {
  if ('u32' in value) return [u32(4), u32(value.u32)]
  if ('f32' in value) return [u32(6), f32(value.f32)]
  if ('bool' in value) return [u32(7), Buffer.from([Number(value.bool)])]
  if ('text' in value) return [u32(8), text(value.text)]
  const array = (type: number, items: Buffer[]) => [u32(9), u32(type), u64(items.length), ...items]
  if ('texts' in value) return array(8, value.texts.map(text))
  if ('f32s' in value) return array(6, value.f32s.map(f32))
  return array(5, value.i32s.map(u32))
}

const aligned = (length: number) => Math.ceil(length / 32) * 32
const padding = (length: number) => Buffer.alloc(aligned(length) - length)
const text = (value: string) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)])
function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}
