import { closeSync, openSync, readSync } from 'node:fs'

/** Bytes that are read at once: little where lines are asked for here and there, more the longer they are asked for one after another. */
const [least, most] = [1 << 14, 1 << 18]

/** Lines of a file by their places, with what follows them: lines that are looked up one after another often lie side by side. No handle is kept. */
export function lineReader(file: string): (offset: number, bytes: number) => string {
  let held = Buffer.alloc(0)
  let [from, block] = [0, least]
  return (offset, bytes) => {
    if (offset < from || offset + bytes > from + held.length) {
      block = offset >= from && offset <= from + held.length + block ? Math.min(2 * block, most) : least
      const handle = openSync(file, 'r')
      try {
        const buffer = Buffer.allocUnsafe(Math.max(bytes, block))
        held = buffer.subarray(0, readSync(handle, buffer, 0, buffer.length, offset))
        from = offset
      } finally {
        closeSync(handle)
      }
    }
    return held.toString('utf8', offset - from, offset - from + bytes)
  }
}
