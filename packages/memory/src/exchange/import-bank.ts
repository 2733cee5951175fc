import { existsSync, readFileSync } from 'node:fs'
import { BadInput, parseRow } from '@whetstone/core'
import type { StoredMemory } from '../bank-schema.ts'
import type { Bank } from '../open-bank.ts'
import { fromSeedRow, joinOrigins, SeedRow } from './seed-row.ts'
import { splitRows } from './split-rows.ts'

export type Imported = { rows: number; added: number; size: number; damaged: string[] }

/** Takes the memories of a reasoning_bank.json (or JSONL of its rows) into a bank. A damaged row is reported with its line and left out, the rest is kept; doing it twice changes nothing. */
export async function importBank(bank: Bank, file: string): Promise<Imported> {
  if (!existsSync(file)) throw new BadInput(`${file} not found: check the path`)
  const embedder = await bank.embedder()
  const damaged: string[] = []
  const memories = new Map<string, StoredMemory>()
  // What is imported stands after what is there already, in the order of the file.
  const first = (await bank.memories({ retired: true })).length
  const rows = splitRows(readFileSync(file, 'utf8').replace(/^\ufeff/, ''))
  for (const [index, { text, line }] of rows.entries()) {
    try {
      const memory = fromSeedRow(parseRow(text, SeedRow, `${file}:${line}`), { embedder, place: first + index })
      const known = memories.get(memory.id)
      memories.set(memory.id, known ? joinOrigins(known, memory) : memory)
    } catch (error) {
      if (!(error instanceof BadInput)) throw error
      damaged.push(error.message)
    }
  }
  if (rows.length > 0 && memories.size === 0) throw new BadInput(`${damaged[0] ?? file}; no row of ${file} could be read: is it a reasoning_bank.json?`)
  const { added, size } = await bank.store([...memories.values()])
  return { rows: rows.length, added, size, damaged }
}
