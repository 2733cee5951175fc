import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import type { Compressors } from 'hyparquet'

const bytes = (buffer: Buffer) => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)

/** What pages may be packed with beside Snappy, which the reader knows itself. LZ4 stands for Hadoop's frames around blocks. */
export const decompress: Compressors = {
  GZIP: (input) => bytes(gunzipSync(input)),
  BROTLI: (input) => bytes(brotliDecompressSync(input)),
  ZSTD: (input) => bytes(zstdDecompressSync(input)),
  LZ4_RAW: unpackBlock,
  LZ4: (input, length) => unpackFrames(input, length) ?? unpackBlock(input, length),
}

/** An LZ4 block (lz4_Block_format.md): runs of literals, each followed by a copy from what was written before. */
function unpackBlock(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length)
  let [from, to] = [0, 0]
  const more = (start: number) => {
    let total = start
    for (let byte = 255; start === 15 && byte === 255;) total += byte = input[from++] ?? 0
    return total
  }
  while (from < input.length) {
    const token = input[from++] as number
    const literals = more(token >> 4)
    if (from + literals > input.length || to + literals > length) throw new Error('LZ4 block ends too early')
    output.set(input.subarray(from, from + literals), to)
    from += literals
    to += literals
    if (from >= input.length) break
    const back = (input[from] as number) | ((input[from + 1] ?? 0) << 8)
    from += 2
    const copied = more(token & 15) + 4
    if (back === 0 || back > to || to + copied > length) throw new Error('LZ4 block copies from outside')
    for (let i = 0; i < copied; i++, to++) output[to] = output[to - back] as number
  }
  if (to !== length) throw new Error(`LZ4 block holds ${to} bytes, not ${length}`)
  return output
}

/** Hadoop's: blocks behind their two lengths, big-endian; null where the bytes are no such frames. */
function unpackFrames(input: Uint8Array, length: number): Uint8Array | null {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  const output = new Uint8Array(length)
  let [from, to] = [0, 0]
  while (from + 8 <= input.length && to < length) {
    const [plain, packed] = [view.getUint32(from), view.getUint32(from + 4)]
    if (to + plain > length || from + 8 + packed > input.length) return null
    try {
      output.set(unpackBlock(input.subarray(from + 8, from + 8 + packed), plain), to)
    } catch {
      return null
    }
    from += 8 + packed
    to += plain
  }
  return from === input.length && to === length ? output : null
}
