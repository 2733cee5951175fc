import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { readLines, writeAtomic, type Line } from '@whetstone/core'

/**
 * Where each trace of a file lies and what it is looked up by, 40 bytes a trace, so that a walk or a page finds any among millions without
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
  find(query: Query): number[]
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
/** The head takes the room of one entry: magic, entries, damaged lines, hash of the last indexed line; then the bytes covered, a double. */
const magic = 0x57544931

/** The index of a file of traces, up to date; one that was opened before goes on from where it was. */
export async function openIndex(file: string, known?: RowIndex): Promise<RowIndex> {
  const size = existsSync(file) ? statSync(file).size : 0
  const held = known instanceof Entries && isOf(file, size, known) ? known : null
  const kept = held ?? (await readIndex(file, size)) ?? new Entries()
  const before = kept.covered
  for await (const line of readLines(file, { from: before, to: size, optional: true, torn: () => {} })) kept.add(line)
  // Saved when it has grown by an eighth, so that following a growing file costs what is added to it.
  if (kept.covered - before > before / 8) saveIndex(file, kept)
  return kept
}

const indexFile = (file: string) => `${file}.index`

async function readIndex(file: string, size: number): Promise<Entries | null> {
  if (!existsSync(indexFile(file))) return null
  const bytes = await readFile(indexFile(file))
  const entries = Entries.read(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer)
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

  constructor(buffer = new ArrayBuffer(stride * 1024)) {
    this.u32 = new Uint32Array(buffer)
    this.f64 = new Float64Array(buffer)
  }

  static read(buffer: ArrayBuffer): Entries | null {
    if (buffer.byteLength < stride || buffer.byteLength % stride !== 0) return null
    const entries = new Entries(buffer)
    const [found, length, damaged, lastHash] = entries.u32
    if (found !== magic || (length as number) + 1 !== buffer.byteLength / stride) return null
    Object.assign(entries, { length, damaged, lastHash, covered: entries.f64[2] })
    return entries
  }

  bytes(): Uint8Array {
    this.u32.set([magic, this.length, this.damaged, this.lastHash])
    this.f64[2] = this.covered
    return new Uint8Array(this.u32.buffer, 0, stride * (this.length + 1))
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
    this.length++
    this.lastHash = hash32(text, 0)
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

  find({ id, task, taskset, level, passed, truncated, remembered }: Query): number[] {
    const wanted: [word: number, value: number][] = []
    if (id !== undefined) wanted.push([place.id + 1, hash32(id, 1)])
    if (task !== undefined) wanted.push([place.task, hash32(task, 0)])
    if (taskset !== undefined) wanted.push([place.taskset, hash32(taskset, 0)])
    if (level !== undefined) wanted.push([place.level, level])
    let mask = 0
    let set = 0
    for (const [name, value] of Object.entries({ passed, truncated, remembered }) as [keyof typeof flag, boolean | undefined][]) {
      if (value === undefined) continue
      mask |= flag[name]
      if (value) set |= flag[name]
    }
    const found: number[] = []
    const { u32 } = this
    const look = (index: number) => {
      const at = (index + 1) * words
      if (((u32[at + place.flags] as number) & mask) !== set) return
      if (wanted.every(([word, value]) => u32[at + word] === value)) found.push(index)
    }
    if (id === undefined) for (let index = 0; index < this.length; index++) look(index)
    else this.withId(hash32(id, 0)).forEach(look)
    return found
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
  grade: { passed: boolean }
  memories: { shown: string[] }
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
