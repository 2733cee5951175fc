import { closeSync, existsSync, openSync, readSync } from 'node:fs'

const block = 1 << 22

/**
 * How many lines of a file hold a text, and the first of them, by its bytes alone: a gigabyte takes about a second, and no line is parsed that
 * does not hold it.
 */
export function scanFile(file: string, text: string, most = 3): { lines: number; first: string[] } {
  const found = { lines: 0, first: [] as string[] }
  if (!existsSync(file)) return found
  const wanted = Buffer.from(text)
  const handle = openSync(file, 'r')
  try {
    let buffer = Buffer.alloc(block)
    let held = 0
    for (let position = 0; ;) {
      if (held === buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(buffer.length)]) // a line longer than the block
      const read = readSync(handle, buffer, held, buffer.length - held, position)
      position += read
      const bytes = buffer.subarray(0, held + read)
      // What follows the last line feed waits for the rest of its line; at the end of the file there is none.
      const end = read === 0 ? bytes.length : bytes.lastIndexOf(0x0a) + 1
      for (let at = bytes.indexOf(wanted); at !== -1 && at < end;) {
        const stop = bytes.indexOf(0x0a, at)
        found.lines++
        if (found.first.length < most) found.first.push(bytes.toString('utf8', bytes.lastIndexOf(0x0a, at) + 1, stop === -1 ? end : stop))
        at = stop === -1 ? -1 : bytes.indexOf(wanted, stop)
      }
      if (read === 0) return found
      bytes.copy(buffer, 0, end)
      held = bytes.length - end
    }
  } finally {
    closeSync(handle)
  }
}
