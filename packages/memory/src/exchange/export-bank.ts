import { writeAtomic } from '@whetstone/core'
import type { Bank } from '../open-bank.ts'
import type { ExchangeFormat } from './exchange-format.ts'
import { toSeedRows } from './seed-row.ts'
import { writeForeign } from './write-foreign.ts'

/** Writes a bank as reasoning_bank.json, a row a line: title, description, content, source_problem_id, success, created_at, embedding, and ours after them. Retired items are written too, so that importing the file gives the same bank. In the other formats live memories are written. */
export async function exportBank(bank: Bank, file: string, format: ExchangeFormat = 'reasoning-bank'): Promise<number> {
  if (format !== 'reasoning-bank') {
    const live = await bank.memories()
    writeAtomic(file, writeForeign(live, format))
    return live.length
  }
  const embedder = await bank.embedder()
  const items = (await bank.memories({ retired: true, embeddings: true })).map((memory) => toSeedRows(memory, embedder))
  const rows = items.sort((a, b) => (a.place === b.place ? 0 : a.place - b.place)).flatMap((item) => item.rows)
  writeAtomic(file, rows.length === 0 ? '[]\n' : `[\n${rows.map((row) => `  ${JSON.stringify(row)}`).join(',\n')}\n]\n`)
  return rows.length
}
