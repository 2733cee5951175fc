import { openSync, writeSync, fsyncSync, closeSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from './make-folder.ts'
import { BadInput } from './bad-input.ts'

/** Writes a whole file or nothing: to a neighbour first, flushed, then renamed over the target. Parent folders are made. */
export function writeAtomic(path: string, content: string | Uint8Array): void {
  const target = openNeighbour(path)
  try {
    target.write(content)
    target.keep()
  } catch (error) {
    throw target.drop(error)
  }
}

/** {@link writeAtomic} of content that comes in pieces, never held whole. */
export async function writePieces(path: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  const target = openNeighbour(path)
  try {
    // Small pieces (a row each) are gathered: a system call a row would cost more than the rows.
    let gathered: string[] = []
    let length = 0
    const flush = () => {
      if (length > 0) target.write(gathered.join(''))
      gathered = []
      length = 0
    }
    for await (const piece of pieces) {
      if (typeof piece === 'string') {
        gathered.push(piece)
        length += piece.length
        if (length >= 1 << 16) flush()
      } else {
        flush()
        target.write(piece)
      }
    }
    flush()
    target.keep()
  } catch (error) {
    throw target.drop(error)
  }
}

/** A file beside the one that is wanted, which takes its place when it is whole. */
function openNeighbour(path: string) {
  if (/[/\\]$/.test(path)) throw new BadInput(`${path} names a folder: give the name of a file in it`)
  const neighbour = `${path}.${process.pid}.tmp`
  let file: number | null = null
  const close = () => {
    if (file !== null) closeSync(file)
    file = null
  }
  return {
    write(content: string | Uint8Array) {
      if (file === null) {
        makeFolder(dirname(path))
        file = openSync(neighbour, 'w')
      }
      const bytes = typeof content === 'string' ? Buffer.from(content) : content
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
    },
    keep() {
      this.write('')
      fsyncSync(file as unknown as number)
      close()
      renameSync(neighbour, path)
    },
    /** Takes back what was written; gives the error as it should be thrown. */
    drop(error: unknown): unknown {
      close()
      rmSync(neighbour, { force: true })
      return explainDiskError(error, path)
    },
  }
}

/** Turns a full or read-only disk into one line that says what to do; other errors pass through. */
export function explainDiskError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new BadInput(`Disk full while writing ${path}: free some space and run the same command again, it resumes`)
  if (code === 'EACCES' || code === 'EROFS') return new BadInput(`Cannot write ${path} (${code}): check the folder's permissions`)
  if (code === 'EISDIR') return new BadInput(`${path} is a folder: give the name of a file in it`)
  return error
}

/** {@link writeAtomic} of a value as indented JSON. */
export function writeJson(path: string, value: unknown): void {
  writeAtomic(path, `${JSON.stringify(value, null, 2)}\n`)
}
