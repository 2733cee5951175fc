import { isUtf8 } from 'node:buffer'

/**
 * A line of a file: its text without the line feed, its number from 1, where it begins and how many bytes it has, line feed included; `foreign`
 * where they are no UTF-8. Only a line feed ends a line: JSON texts may hold every other sign that ends lines elsewhere (U+2028, a lone return).
 */
export type Line = { text: string; number: number; offset: number; bytes: number; foreign?: true }

const lineFeed = 0x0a

/** Cuts bytes that come in pieces into lines. Holds what is begun; empty lines are counted and left out. The pieces may be overwritten once `push` is through. */
export function lineSplitter(position = 0): { push(piece: Uint8Array): Generator<Line, void, void>; rest(): Line | null } {
  let number = 0
  let begun: Buffer[] = []
  let begunBytes = 0
  const lineOf = (text: string, offset: number, bytes: number, raw: () => Uint8Array): Line =>
    text.includes('\uFFFD') && !isUtf8(raw()) ? { text, number, offset, bytes, foreign: true } : { text, number, offset, bytes }
  return {
    *push(piece) {
      const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
      let start = 0
      for (let stop = bytes.indexOf(lineFeed); stop !== -1; stop = bytes.indexOf(lineFeed, start)) {
        const from = start
        const whole = begunBytes === 0 ? bytes : Buffer.concat([...begun, bytes.subarray(from, stop)])
        const [first, last] = begunBytes === 0 ? [from, stop] : [0, whole.length]
        const text = whole.toString('utf8', first, last)
        const length = last - first + 1
        number++
        begun = []
        begunBytes = 0
        start = stop + 1
        if (text.trim() !== '') yield lineOf(text, position + start - length, length, () => whole.subarray(first, last))
      }
      if (start < bytes.length) {
        begun.push(Buffer.from(bytes.subarray(start)))
        begunBytes += bytes.length - start
      }
      position += bytes.length
    },
    /** What no line feed ended. */
    rest() {
      if (begunBytes === 0) return null
      const whole = Buffer.concat(begun)
      number++
      return lineOf(whole.toString('utf8'), position - begunBytes, begunBytes, () => whole)
    },
  }
}

/** Lines of a stream, the last one too where no line feed ends it. */
export async function* splitLines(pieces: AsyncIterable<unknown>): AsyncGenerator<Line, void, void> {
  const splitter = lineSplitter()
  for await (const piece of pieces) yield* splitter.push(typeof piece === 'string' ? Buffer.from(piece) : (piece as Uint8Array))
  const last = splitter.rest()
  if (last && last.text.trim() !== '') yield last
}
