import { isUtf8 } from 'node:buffer'

type Item = { text: string; foreign?: true } | { wrong: string }

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c]
const opens = new Set([0x5b, 0x7b])
const closes = new Set([0x5d, 0x7d])
const isSpace = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)

/**
 * The items of a JSON array as texts, from bytes that come in pieces: an array of any size is read an item at a time. What is not an array, or does
 * not end as one, is said once, last.
 */
export async function* jsonItems(pieces: AsyncIterable<unknown>): AsyncGenerator<Item> {
  let state: 'before' | 'inside' | 'after' = 'before'
  let [depth, inString, escaped, count, marks] = [0, false, false, 0, 0]
  let begun: Buffer[] = []
  const item = (last: Uint8Array): Item | null => {
    const whole = begun.length === 0 ? Buffer.from(last.buffer, last.byteOffset, last.byteLength) : Buffer.concat([...begun, last])
    begun = []
    const text = whole.toString('utf8')
    if (text.trim() === '') return null
    count++
    return text.includes('\uFFFD') && !isUtf8(whole) ? { text, foreign: true } : { text }
  }
  for await (const piece of pieces) {
    const bytes = piece as Buffer
    let start = 0
    for (let at = 0; at < bytes.length; at++) {
      if (inString) {
        if (escaped) {
          escaped = false
          continue
        }
        const byte = bytes[at]
        if (byte === backslash) escaped = true
        else if (byte === quote) inString = false
        continue
      }
      const byte = bytes[at] as number
      if (state !== 'inside') {
        // A byte order mark may stand first.
        if (isSpace(byte) || (state === 'before' && marks < 3 && byte === [0xef, 0xbb, 0xbf][marks] && ++marks)) continue
        if (state === 'after' || byte !== 0x5b) {
          yield { wrong: state === 'after' ? 'goes on after its array has ended' : 'is not a JSON array' }
          return
        }
        state = 'inside'
        start = at + 1
      } else if (byte === quote) inString = true
      else if (opens.has(byte)) depth++
      else if (closes.has(byte) && depth > 0) depth--
      else if (depth === 0 && (byte === comma || byte === 0x5d)) {
        const made = item(bytes.subarray(start, at))
        if (made) yield made
        else if (byte === comma || count > 0) {
          yield { wrong: `is not JSON: nothing stands where row ${count + 1} should` }
          return
        }
        start = at + 1
        if (byte === 0x5d) state = 'after'
      }
    }
    if (state === 'inside') begun.push(Buffer.from(bytes.subarray(start)))
  }
  if (state === 'before') yield { wrong: 'is not a JSON array' }
  if (state === 'inside') yield { wrong: `is torn: it ends inside row ${count + 1}` }
}
