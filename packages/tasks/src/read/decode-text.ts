import { BadInput } from '@whetstone/core'

/** Encodings that a file can be said to have. Latin-1 fits any bytes, so it is never guessed. */
export const encodings = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'latin1',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'windows-1253',
  'windows-1254',
  'windows-1256',
  'iso-8859-2',
  'iso-8859-15',
  'koi8-r',
  'shift_jis',
  'euc-jp',
  'euc-kr',
  'gb18030',
  'big5',
] as const
export type Encoding = (typeof encodings)[number]

/**
 * The text of a file's bytes. A byte order mark names the encoding and is taken off; without one UTF-16 is known by its zero bytes, and everything else must be UTF-8. Bytes that are no text of the
 * encoding, and NUL characters, are refused with line and byte, so that no U+FFFD ever reaches a task.
 */
export function decodeText(bytes: Uint8Array, file: string, said?: Encoding): { text: string; encoding: Encoding } {
  const encoding = said ?? guessEncoding(bytes)
  const body = bytes.subarray(markLength(bytes, encoding))
  let text: string
  try {
    text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    throw new BadInput(badByte(bytes, file, encoding))
  }
  const nul = text.indexOf('\0')
  if (nul >= 0)
    throw new BadInput(
      `${file}:${lineAt(text, nul)}: byte 0 at character ${nul + 1}: this is not text. Give a CSV, TSV, JSON, JSONL or Parquet file`,
    )
  return { text, encoding }
}

function guessEncoding(bytes: Uint8Array): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const head = bytes.subarray(0, 400)
  const zeros = (odd: number) => head.filter((byte, index) => index % 2 === odd && byte === 0).length
  if (bytes.length >= 4 && bytes.length % 2 === 0) {
    if (zeros(1) > head.length * 0.2 && zeros(0) === 0) return 'utf-16le'
    if (zeros(0) > head.length * 0.2 && zeros(1) === 0) return 'utf-16be'
  }
  return 'utf-8'
}

function markLength(bytes: Uint8Array, encoding: Encoding): number {
  if (encoding === 'utf-8') return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  if (encoding === 'utf-16le') return bytes[0] === 0xff && bytes[1] === 0xfe ? 2 : 0
  if (encoding === 'utf-16be') return bytes[0] === 0xfe && bytes[1] === 0xff ? 2 : 0
  return 0
}

const lineAt = (text: string, index: number) => text.slice(0, index).split('\n').length

/** Finds the first byte that is not of the encoding by halving: decoding a prefix fails only from there on. */
function badByte(bytes: Uint8Array, file: string, encoding: Encoding): string {
  let [good, bad] = [0, bytes.length]
  const decodes = (length: number) => {
    try {
      new TextDecoder(encoding, { fatal: true }).decode(bytes.subarray(0, length), { stream: true })
      return true
    } catch {
      return false
    }
  }
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (decodes(middle)) good = middle
    else bad = middle
  }
  good = sequenceStart(bytes, good, encoding)
  const line = bytes.subarray(0, good).filter((byte) => byte === 0x0a).length + 1
  const value = (bytes[good] ?? 0).toString(16).padStart(2, '0').toUpperCase()
  const cut = bad === bytes.length && decodes(bytes.length)
  const what = cut ? 'the file ends inside a character' : `byte ${good + 1} (0x${value}) is not ${encoding.toUpperCase()}`
  return `${file}:${line}: ${what}: save the file as UTF-8, or say what it is with --encoding=${encoding === 'utf-8' ? 'latin1 (or windows-1251, shift_jis, gb18030 …)' : 'utf-8'}`
}

/** UTF-8 breaks at the byte that does not continue a character: what is wrong begins where that character began. */
function sequenceStart(bytes: Uint8Array, at: number, encoding: Encoding): number {
  if (encoding !== 'utf-8') return at
  let lead = at - 1
  while (lead >= 0 && at - lead < 4 && ((bytes[lead] as number) & 0xc0) === 0x80) lead--
  const first = bytes[lead] ?? 0
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1
  return at - lead < length ? lead : at
}
