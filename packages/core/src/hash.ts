import { createHash, hash as sha256 } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** JSON with object keys sorted at every depth and `undefined` members left out, so that equal records have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}

/** SHA-256 of a string, or of the canonical JSON of any other value; hex, 64 characters. */
export function hash(value: unknown): string {
  return sha256('sha256', typeof value === 'string' ? value : canonicalJson(value))
}

/** 96 bits of a text's SHA-256 as 12 characters, none of which need print: for sets of millions. */
export const mark = (text: string): string => sha256('sha256', text, 'binary').slice(0, 12)

/** A short id: a kind and the first 16 hex digits (64 bits) of the content's hash, e.g. `trace-3f2a…`. */
export function contentId(kind: string, value: unknown): string {
  return `${kind}-${hash(value).slice(0, 16)}`
}

/** SHA-256 of a file's bytes, or of those from one place up to another, hex, read as a stream. */
export async function hashFile(path: string, from = 0, to = Infinity): Promise<string> {
  const digest = createHash('sha256')
  if (to > from) for await (const chunk of createReadStream(path, { start: from, end: to - 1 })) digest.update(chunk as Buffer)
  return digest.digest('hex')
}
