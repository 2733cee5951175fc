import { appendRows, readRows } from '@whetstone/core'
import { z } from 'zod'

/** An attempt whose answer could not be worked on: what broke must not block all others, nor be attempted again at every start. */
export const Quarantined = z.object({
  attempt: z.string(),
  /** Number of the ledger's entry under which it was put aside. */
  chunk: z.number().int(),
  why: z.string(),
  /** The beginning of what was answered. */
  answer: z.string().nullable(),
})
export type Quarantined = z.infer<typeof Quarantined>

export const quarantineFile = (traces: string): string => `${traces}.quarantine`

/** Puts attempts aside, under the ledger's next entry. */
export function putAside(traces: string, rows: readonly Quarantined[]): void {
  if (rows.length > 0) appendRows(quarantineFile(traces), rows)
}

/** Ids of the attempts that lie aside: rows of entries that were never finished do not count, nor those that were attempted well since. */
export async function lyingAside(traces: string, ledger: readonly { mended: readonly string[] }[]): Promise<Set<string>> {
  const rows = await Array.fromAsync(readRows(quarantineFile(traces), Quarantined, { optional: true }))
  const mended = new Set(ledger.flatMap((entry) => entry.mended))
  return new Set(rows.flatMap(({ attempt, chunk }) => (chunk < ledger.length && !mended.has(attempt) ? [attempt] : [])))
}
