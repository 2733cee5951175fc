import { existsSync, statSync } from 'node:fs'
import { indexedBytes, openIndex, type RowIndex } from './row-index.ts'

/** Traces of indexes that a process keeps at most, beside the newest. */
const most = 4_000_000
/** Files up to so many bytes are indexed while one waits. */
const small = 16e6

let saving = true
/** Whoever only looks leaves no indexes behind: they live as long as the process. */
export const saveNoIndexes = (): void => void (saving = false)

type Known = { size: number; modified: number; index: RowIndex }
const known = new Map<string, Known>()
const underway = new Map<string, Promise<RowIndex>>()

/** The index of a file of traces, up to date, kept as long as the process: pages ask for the same ones again and again. Asked for twice at once it is made once. */
export function knownIndex(file: string): Promise<RowIndex> {
  const { size, mtimeMs } = existsSync(file) ? statSync(file) : { size: 0, mtimeMs: 0 }
  const kept = known.get(file)
  if (kept?.size === size && kept.modified === mtimeMs) return Promise.resolve(kept.index)
  const begun = underway.get(file)
  if (begun) return begun.then(() => knownIndex(file))
  const made = openIndex(file, kept?.index, saving)
    .then((index) => {
      known.delete(file)
      known.set(file, { size, modified: mtimeMs, index })
      let traces = 0
      for (const [name, { index: each }] of [...known].toReversed()) if ((traces += each.length) > most && name !== file) known.delete(name)
      return index
    })
    .finally(() => underway.delete(file))
  underway.set(file, made)
  return made
}

/** Whether an index can be had at once, or nearly so: what is there covers most of the file, or the file is small. */
export function indexReady(file: string): boolean {
  const { size } = statSync(file, { throwIfNoEntry: false }) ?? { size: 0 }
  return size <= small || Math.max(known.get(file)?.size ?? 0, indexedBytes(file)) > 0.8 * size
}
