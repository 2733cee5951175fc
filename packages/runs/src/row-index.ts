import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { readLines, writeAtomic, type Line } from '@whetstone/core'
import { TextBlocks } from './text-blocks.ts'

/**
 * Where each trace of a file lies and what it is looked up by, 40 bytes a trace and 4 KB for the texts of some hundred, so that a walk or a page finds any among millions without
 * reading them. Beside the traces as `<file>.index`, made when first asked for and carried on from where it ended; it holds nothing that the
 * traces do not, and may be deleted.
 */
export type RowIndex = {
  readonly length: number
  /** Bytes of the file that it covers; lines there that are no traces are counted, not indexed. */
  readonly covered: number
  readonly damaged: number
  at(place: number): Indexed
  /** Places of the traces that a query may mean, in the file's order. Ids and names are looked up by hash: whoever reads the row compares them. */
  find(query: Query): Uint32Array
  /** Ranges of places where a text, or a memory of this id, may stand: whoever reads the rows looks. */
  rangesWith(sought: { text?: string | undefined; name?: string | undefined }): [number, number][]
}
export type Indexed = { offset: number; bytes: number; level: number; sample: number; passed: boolean; truncated: boolean }
export type Query = {
  id?: string
  task?: string
  taskset?: string
  level?: number
  passed?: boolean
  truncated?: boolean
  /** Whether any memory was shown. */
  remembered?: boolean
}

/** Words of 32 bits a trace: offset (2, a double), id (2 hashes), task, taskset (hashes), level, bytes, sample, flags. */
const words = 10
const stride = 4 * words
const place = { id: 2, task: 4, taskset: 5, level: 6, bytes: 7, sample: 8, flags: 9 }
const flag = { passed: 1, truncated: 2, remembered: 4 }
/** The head takes the room of one entry: magic, entries, damaged lines, hash of the last indexed line; the bytes covered, a double; blocks of texts, which come after the entries. */
const magic = 0x57544932
/** Finds that are kept: a page's next one asks the same. */
const mostKept = 8

/** The index of a file of traces, up to date; one that was opened before goes on from where it was. */
export async function openIndex(file: string, known?: RowIndex, save = true): Promise<RowIndex> {
  const size = existsSync(file) ? statSync(file).size : 0
  const held = known instanceof Entries && isOf(file, size, known) ? known : null
  const kept = held ?? (await readIndex(file, size)) ?? new Entries()
  const before = kept.covered
  for await (const line of readLines(file, { from: before, to: size, optional: true, torn: () => {} })) kept.add(line)
  // Saved when it has grown by an eighth, so that following a growing file costs what is added to it.
  if (save && kept.covered - before > before / 8) saveIndex(file, kept)
  return kept
}

export const indexFile = (file: string) => `${file}.index`

/** Bytes of a file that its index on the disk covers, by its head; 0 where there is none of this kind. */
export function indexedBytes(file: string): number {
  if (!existsSync(indexFile(file))) return 0
  const handle = openSync(indexFile(file), 'r')
  try {
    const head = Buffer.alloc(stride)
    return readSync(handle, head, 0, stride, 0) === stride && head.readUInt32LE(0) === magic ? head.readDoubleLE(16) : 0
  } finally {
    closeSync(handle)
  }
}

async function readIndex(file: string, size: number): Promise<Entries | null> {
  if (!existsSync(indexFile(file))) return null
  const bytes = await readFile(indexFile(file))
  const aligned = bytes.byteOffset % 8 === 0 && bytes.byteLength % 4 === 0
  const buffer =
    aligned && bytes.byteOffset === 0 && bytes.buffer.byteLength === bytes.byteLength
      ? bytes.buffer
      : bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const entries = Entries.read(buffer as ArrayBuffer)
  return entries && isOf(file, size, entries) ? entries : null
}

/** Whether an index is one of this file, which may have grown: the last line that it covers is still there. */
const isOf = (file: string, size: number, entries: Entries) =>
  entries.covered <= size && (entries.length === 0 || lastLineHash(file, entries) === entries.lastHash)

function saveIndex(file: string, entries: Entries): void {
  try {
    writeAtomic(indexFile(file), entries.bytes())
  } catch {
    // a run on a disk that we may not write to: the index lives as long as the process
  }
}

function lastLineHash(file: string, entries: Entries): number {
  const { offset, bytes } = entries.at(entries.length - 1)
  const handle = openSync(file, 'r')
  try {
    const line = Buffer.alloc(bytes)
    const read = readSync(handle, line, 0, bytes, offset)
    return hash32(line.toString('utf8', 0, Math.max(0, read - 1)), 0)
  } finally {
    closeSync(handle)
  }
}

class Entries implements RowIndex {
  private u32: Uint32Array
  private f64: Float64Array
  length = 0
  damaged = 0
  covered = 0
  lastHash = 0
  /** Open addressing: the number of a trace plus one by the hash of its id, 0 where there is none. */
  private slots = new Uint32Array(0)
  private slotted = { size: 0, rows: 0 }
  private texts = new TextBlocks()
  private found = new Map<string, Uint32Array>()

  constructor(buffer = new ArrayBuffer(stride * 1024)) {
    this.u32 = new Uint32Array(buffer)
    this.f64 = new Float64Array(buffer)
  }

  static read(buffer: ArrayBuffer): Entries | null {
    if (buffer.byteLength < stride || buffer.byteLength % 4 !== 0) return null
    const words32 = new Uint32Array(buffer)
    const [found, length, damaged, lastHash] = words32
    const blocks = words32[6] as number
    const own = (words * ((length as number) + 1)) as number
    if (found !== magic || words32.length < own) return null
    const texts = TextBlocks.of(blocks, words32.subarray(own))
    if (!texts) return null
    // room for some more, at an even number of words since offsets are doubles
    const entries = new Entries(new ArrayBuffer(4 * (own + 1024 * words)))
    entries.u32.set(words32.subarray(0, own))
    Object.assign(entries, { length, damaged, lastHash, texts, covered: entries.f64[2] })
    return entries
  }

  bytes(): Uint8Array {
    this.u32.set([magic, this.length, this.damaged, this.lastHash])
    this.f64[2] = this.covered
    this.u32[6] = this.texts.length
    const parts = [this.u32.subarray(0, words * (this.length + 1)), ...this.texts.parts()]
    const whole = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      whole.set(part, at)
      at += part.length
    }
    return new Uint8Array(whole.buffer)
  }

  add({ text, offset, bytes }: Line): void {
    this.covered = offset + bytes
    const trace = read(text)
    if (!trace) return void this.damaged++
    const at = (this.length + 1) * words
    if (at + words > this.u32.length) this.grow()
    this.f64[at / 2] = offset
    this.u32.set(
      [
        hash32(trace.id, 0),
        hash32(trace.id, 1),
        hash32(trace.task, 0),
        hash32(trace.taskset, 0),
        trace.level,
        bytes,
        trace.sample,
        (trace.grade.passed ? flag.passed : 0) |
          (trace.truncated ? flag.truncated : 0) |
          (trace.memories.shown.length > 0 ? flag.remembered : 0),
      ],
      at + place.id,
    )
    this.texts.add(
      this.length,
      [trace.id, trace.task, trace.grade.reason ?? '', ...(trace.messages ?? []).map(({ content }) => content ?? '')],
      [...trace.memories.shown, ...(trace.memories.withheld ?? [])],
    )
    this.length++
    this.lastHash = hash32(text, 0)
  }

  rangesWith(sought: { text?: string | undefined; name?: string | undefined }): [number, number][] {
    return this.texts.rangesWith(sought, this.length)
  }

  private grow(): void {
    const larger = new Uint32Array(this.u32.length * 2)
    larger.set(this.u32)
    this.u32 = larger
    this.f64 = new Float64Array(larger.buffer)
  }

  at(index: number): Indexed {
    if (!(index >= 0 && index < this.length)) throw new RangeError(`no trace ${index} among ${this.length}`)
    const at = (index + 1) * words
    const word = (which: keyof typeof place) => this.u32[at + place[which]] as number
    const flags = word('flags')
    return {
      offset: this.f64[at / 2] as number,
      bytes: word('bytes'),
      level: word('level'),
      sample: word('sample'),
      passed: (flags & flag.passed) !== 0,
      truncated: (flags & flag.truncated) !== 0,
    }
  }

  find(query: Query): Uint32Array {
    if (query.id !== undefined) return this.look(query)
    const key = JSON.stringify([this.length, query])
    const known = this.found.get(key)
    if (known) return known
    const places = this.look(query)
    if (this.found.size >= mostKept) this.found.delete(this.found.keys().next().value as string)
    this.found.set(key, places)
    return places
  }

  /** A walk over the entries in which nothing is called: a million in some milliseconds. */
  private look({ id, task, taskset, level, passed, truncated, remembered }: Query): Uint32Array {
    let mask = 0
    let set = 0
    for (const [name, value] of Object.entries({ passed, truncated, remembered }) as [keyof typeof flag, boolean | undefined][]) {
      if (value === undefined) continue
      mask |= flag[name]
      if (value) set |= flag[name]
    }
    const [checkTask, checkSet, checkLevel] = [task !== undefined, taskset !== undefined, level !== undefined]
    const [ofTask, ofSet, ofLevel] = [hash32(task ?? '', 0), hash32(taskset ?? '', 0), level ?? 0]
    const { u32 } = this
    const among =
      id === undefined ? null : this.withId(hash32(id, 0)).filter((index) => u32[(index + 1) * words + place.id + 1] === hash32(id, 1))
    const count = among?.length ?? this.length
    const found = new Uint32Array(count)
    let size = 0
    for (let i = 0; i < count; i++) {
      const index = among ? (among[i] as number) : i
      const at = (index + 1) * words
      if (((u32[at + place.flags] as number) & mask) !== set) continue
      if (checkTask && u32[at + place.task] !== ofTask) continue
      if (checkSet && u32[at + place.taskset] !== ofSet) continue
      if (checkLevel && u32[at + place.level] !== ofLevel) continue
      found[size++] = index
    }
    return found.subarray(0, size)
  }

  /** Places of the traces whose id has this hash, by a table that grows with the index. */
  private withId(hash: number): number[] {
    if (this.length === 0) return []
    if (this.slots.length < 2 * this.length) this.slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * this.length + 2)))
    if (this.slots.length !== this.slotted.size) this.slotted = { size: this.slots.length, rows: 0 }
    const mask = this.slots.length - 1
    const hashOf = (index: number) => this.u32[(index + 1) * words + place.id] as number
    for (; this.slotted.rows < this.length; this.slotted.rows++) {
      let slot = hashOf(this.slotted.rows) & mask
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask
      this.slots[slot] = this.slotted.rows + 1
    }
    const found: number[] = []
    for (let slot = hash & mask; this.slots[slot] !== 0; slot = (slot + 1) & mask) {
      const index = (this.slots[slot] as number) - 1
      if (hashOf(index) === hash) found.push(index)
    }
    return found.sort((a, b) => a - b)
  }
}

type Facts = {
  id: string
  task: string
  taskset: string
  level: number
  sample: number
  truncated: boolean
  grade: { passed: boolean; reason?: string }
  memories: { shown: string[]; withheld?: string[] }
  messages?: { content?: string }[]
}

/** The members that are indexed, or null where a line is no trace. */
function read(text: string): Facts | null {
  try {
    const trace = JSON.parse(text) as Facts
    return typeof trace.id === 'string' && typeof trace.task === 'string' && trace.grade && trace.memories?.shown ? trace : null
  } catch {
    return null
  }
}

/** FNV-1a over UTF-16 units with a final mix; two seeds make 64 bits. */
export function hash32(text: string, seed: number): number {
  let h = 0x811c9dc5 ^ Math.imul(seed, 0x9e3779b9)
  for (let at = 0; at < text.length; at++) h = Math.imul(h ^ text.charCodeAt(at), 0x01000193)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  return (h ^ (h >>> 13)) >>> 0
}
