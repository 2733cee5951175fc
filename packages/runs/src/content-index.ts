import { existsSync, readFileSync, statSync } from 'node:fs'
import { hash, parseRow, readLines, Trace, writeAtomic } from '@whetstone/core'
import { z } from 'zod'

/** Of a line of traces what its content is: only this is parsed. */
const Said = z.object({ messages: z.array(z.object({ role: z.string(), content: z.string() })) })
const even = (text: string) => text.replace(/\s+/g, ' ').trim()

/** What a row asks and answers, evened out, as 64 bits: the same in every format that keeps both. System messages do not count, since formats move and drop them. */
export function contentHash(question: string, answer: string): bigint {
  return BigInt(`0x${hash(`${even(question)}\u0000${even(answer)}`).slice(0, 16)}`)
}

const magic = 0x57544332n

/**
 * Places of the traces that asked and answered so, beside the traces as `<file>.contents`: 16 bytes an answer, sorted; made when first asked for,
 * again when the file has grown. An attempt of several turns is found by each of its answers.
 */
export async function findByContent(file: string, question: string, answer: string): Promise<Trace[]> {
  if (!existsSync(file)) return []
  const index = await openContents(file)
  const wanted = contentHash(question, answer)
  let [low, high] = [0, index.length / 2]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((index[2 * middle] as bigint) < wanted) low = middle + 1
    else high = middle
  }
  const found: Trace[] = []
  for (let at = low; index[2 * at] === wanted; at++) {
    const from = Number(index[2 * at + 1])
    for await (const { text } of readLines(file, { from, torn: () => {} })) {
      found.push(parseRow(text, Trace, `${file}, byte ${from}`))
      break
    }
  }
  return found
}

async function openContents(file: string): Promise<BigUint64Array> {
  const size = BigInt(statSync(file).size)
  const saved = `${file}.contents`
  if (existsSync(saved)) {
    const bytes = readFileSync(saved)
    const whole = new BigUint64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length - (bytes.length % 8))))
    if (whole[0] === magic && whole[1] === size) return whole.subarray(2)
  }
  const entries: [bigint, bigint][] = []
  for await (const { text, offset } of readLines(file, { torn: () => {} })) {
    const parsed = Said.safeParse(safeJson(text))
    if (!parsed.success) continue
    const { messages } = parsed.data
    const question = messages.find(({ role }) => role === 'user')?.content ?? ''
    for (const { role, content } of messages) if (role === 'assistant') entries.push([contentHash(question, content), BigInt(offset)])
  }
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const whole = new BigUint64Array(2 + 2 * entries.length)
  whole[0] = magic
  whole[1] = size
  for (const [place, [key, offset]] of entries.entries()) {
    whole[2 + 2 * place] = key
    whole[3 + 2 * place] = offset
  }
  try {
    writeAtomic(saved, new Uint8Array(whole.buffer))
  } catch {
    // a run on a disk that we may not write to: the index is made again next time
  }
  return whole.subarray(2)
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
