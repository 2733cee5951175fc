import { existsSync, readFileSync, statSync } from 'node:fs'
import { readLines, writeAtomic } from '@whetstone/core'
import { hash32 } from './row-index.ts'

/**
 * Which lines of a file are about a thing (a memory, a trace, what was asked and answered), by keys: beside the file as `<file>.keys.index`, 16
 * bytes a key, made when first asked for, or at the end of a round, and again when the file has changed. It holds nothing that the file does not, and may be deleted.
 */
export type KeyIndex = {
  /** Lines that have a key. Keys are told apart by 40 bits of their hash and more: one in a million million is taken for another. */
  count(key: string): number
  /** Where the first of them begin. */
  offsets(key: string, most?: number): number[]
}
/** The keys of a row, each once. */
export type KeysOf = (row: unknown) => Iterable<string>

/** "WTK1", then the file's size and when it was changed, the number of keys and how many of their bits are the number of an entry. */
const magic = 0x574b5431
const headWords = 5

export async function openKeys(file: string, keysOf: KeysOf): Promise<KeyIndex> {
  const { size, mtimeMs } = existsSync(file) ? statSync(file) : { size: 0, mtimeMs: 0 }
  const words = savedWords(file, size, mtimeMs) ?? (await makeWords(file, size, mtimeMs, keysOf))
  const [, , , entries = 0, bits = 0] = words
  const keys = new BigUint64Array(words.buffer, 8 * headWords, entries)
  const offsets = words.subarray(headWords + entries)
  const mask = (1n << BigInt(bits)) - 1n
  const places = function* (key: string) {
    const wanted = hashOf(key) & ~mask
    let [low, high] = [0, entries]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((keys[middle] as bigint) < wanted) low = middle + 1
      else high = middle
    }
    for (; low < entries && ((keys[low] as bigint) & ~mask) === wanted; low++) yield low
  }
  return {
    count(key) {
      let count = 0
      for (const _ of places(key)) count++
      return count
    },
    offsets(key, most = Infinity) {
      const found: number[] = []
      for (const place of places(key)) {
        if (found.length >= most) break
        found.push(offsets[Number((keys[place] as bigint) & mask)] as number)
      }
      return found
    },
  }
}

const hashOf = (key: string) => (BigInt(hash32(key, 0)) << 32n) | BigInt(hash32(key, 1))
const indexFile = (file: string) => `${file}.keys.index`

function savedWords(file: string, size: number, modified: number): Float64Array | null {
  if (!existsSync(indexFile(file))) return null
  const bytes = readFileSync(indexFile(file))
  if (bytes.length < 8 * headWords || bytes.length % 8 !== 0) return null
  const words = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
  const [found, ofSize, ofTime, entries = 0] = words
  return found === magic && ofSize === size && ofTime === modified && words.length === headWords + 2 * entries ? words : null
}

/** The keys, the lower bits of each the number of its entry, sorted as they are; then where each entry's line begins. */
async function makeWords(file: string, size: number, modified: number, keysOf: KeysOf): Promise<Float64Array> {
  let [hashes, offsets, entries] = [new BigUint64Array(1024), new Float64Array(1024), 0]
  for await (const { text, offset } of readLines(file, { optional: true, to: size, torn: () => {} })) {
    const row = safeJson(text)
    for (const key of row === null ? [] : keysOf(row)) {
      if (entries === hashes.length) {
        const [wider, longer] = [new BigUint64Array(2 * entries), new Float64Array(2 * entries)]
        wider.set(hashes)
        longer.set(offsets)
        hashes = wider
        offsets = longer
      }
      hashes[entries] = hashOf(key)
      offsets[entries++] = offset
    }
  }
  const bits = Math.max(1, Math.ceil(Math.log2(entries + 1)))
  const mask = (1n << BigInt(bits)) - 1n
  for (let entry = 0; entry < entries; entry++) hashes[entry] = ((hashes[entry] as bigint) & ~mask) | BigInt(entry)
  const words = new Float64Array(headWords + 2 * entries)
  words.set([magic, size, modified, entries, bits])
  new BigUint64Array(words.buffer, 8 * headWords, entries).set(hashes.subarray(0, entries).sort())
  words.set(offsets.subarray(0, entries), headWords + entries)
  try {
    if (size > 0) writeAtomic(indexFile(file), new Uint8Array(words.buffer))
  } catch {
    // a run on a disk that we may not write to: the index is made again next time
  }
  return words
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
