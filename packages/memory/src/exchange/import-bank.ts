import { existsSync, readFileSync } from 'node:fs'
import { BadInput, parseRow } from '@whetstone/core'
import type { StoredMemory } from '../bank-schema.ts'
import type { Bank } from '../open-bank.ts'
import { exchangeFormatOf, type ExchangeFormat } from './exchange-format.ts'
import { readForeign } from './read-foreign.ts'
import { fromSeedRow, joinOrigins, SeedRow } from './seed-row.ts'
import { splitRows } from './split-rows.ts'

export type Imported = { format: ExchangeFormat; rows: number; added: number; size: number; damaged: string[]; assumed: string[] }

/** The rows of a file that can be read, in their order, and a line for each that cannot. */
export type ImportRows = {
  file: string
  format: ExchangeFormat
  rows: { row: SeedRow; place: number }[]
  damaged: string[]
  /** What was not said and had to be taken for something. */
  assumed: string[]
}

/** Reads a reasoning_bank.json (or JSONL of its rows), an export of mem0 or Letta, or Markdown, without touching a bank. A damaged row is reported with its line and left out; a file without a single good row is refused. */
export function readImport(file: string, named?: ExchangeFormat): ImportRows {
  if (!existsSync(file)) throw new BadInput(`${file} not found: check the path`)
  const text = readFileSync(file, 'utf8').replace(/^\ufeff/, '')
  const format = named ?? exchangeFormatOf(file, text)
  if (format !== 'reasoning-bank') {
    const read = readForeign(file, text, format)
    if (read.rows.length === 0)
      throw new BadInput(`${read.damaged[0] ?? file}; ${file} holds no memory that ${format} would keep: check the file, or name --format`)
    return { file, format, ...read }
  }
  const damaged: string[] = []
  const texts = splitRows(text)
  const rows = texts.flatMap(({ text, line }, place) => {
    try {
      return [{ row: parseRow(text, SeedRow, `${file}:${line}`), place }]
    } catch (error) {
      if (!(error instanceof BadInput)) throw error
      damaged.push(error.message)
      return []
    }
  })
  if (texts.length > 0 && rows.length === 0)
    throw new BadInput(`${damaged[0] ?? file}; no row of ${file} could be read: is it a reasoning_bank.json?`)
  return { file, format, rows, damaged, assumed: [] }
}

/** Takes the memories that were read into a bank; doing it twice changes nothing. */
export async function importBank(bank: Bank, { format, rows, damaged, assumed }: ImportRows): Promise<Imported> {
  const embedder = await bank.embedder()
  const memories = new Map<string, StoredMemory>()
  // What is imported stands after what is there already, in the order of the file.
  const first = (await bank.memories({ retired: true })).length
  for (const { row, place } of rows) {
    const memory = fromSeedRow(row, { embedder, place: first + place })
    const known = memories.get(memory.id)
    memories.set(memory.id, known ? joinOrigins(known, memory) : memory)
  }
  const { added, size } = await bank.store([...memories.values()])
  return { format, rows: rows.length + damaged.length, added, size, damaged, assumed }
}
