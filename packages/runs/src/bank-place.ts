import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { paths, readJson, root, writeJson } from '@whetstone/core'
import { z } from 'zod'

/** checkpoints/<run>/bank.json: where a run's bank lies that is not beside its weights, and as whom the run writes to it. */
export const BankPlace = z.object({ uri: z.string().min(1), writer: z.string().min(1) })
export type BankPlace = z.infer<typeof BankPlace>

const file = (run: string) => join(paths.checkpoints(run), 'bank.json')

export const readBankPlace = (run: string): BankPlace | null => (existsSync(file(run)) ? readJson(file(run), BankPlace) : null)
/** Where the bank of a run lies: a folder, beside its weights if nothing else was said, or a URI. */
export function bankOf(run: string): string {
  const uri = readBankPlace(run)?.uri
  if (uri === undefined) return join(paths.checkpoints(run), 'memory.lance')
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(uri) ? uri : resolve(root, uri)
}
export const writeBankPlace = (run: string, place: BankPlace): void => writeJson(file(run), place)
