import { mkdirSync, openSync, writeSync, fsyncSync, closeSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { BadInput } from './bad-input.ts'

/** Writes a whole file or nothing: to a neighbour first, flushed, then renamed over the target. Parent folders are made. */
export function writeAtomic(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  const neighbour = `${path}.${process.pid}.tmp`
  try {
    const file = openSync(neighbour, 'w')
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(neighbour, path)
  } catch (error) {
    rmSync(neighbour, { force: true })
    throw explainDiskError(error, path)
  }
}

/** Turns a full or read-only disk into one line that says what to do; other errors pass through. */
export function explainDiskError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new BadInput(`Disk full while writing ${path}: free some space and run the same command again, it resumes`)
  if (code === 'EACCES' || code === 'EROFS') return new BadInput(`Cannot write ${path} (${code}): check the folder's permissions`)
  return error
}

/** {@link writeAtomic} of a value as indented JSON. */
export function writeJson(path: string, value: unknown): void {
  writeAtomic(path, `${JSON.stringify(value, null, 2)}\n`)
}
