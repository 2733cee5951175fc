import { existsSync } from 'node:fs'
import { readJson, Spent, writeJson } from '@whetstone/core'

/** What a run's teachers at endpoints have cost so far, over all sittings; null where there are none. */
export const readSpending = (file: string): Spent | null => (existsSync(file) ? readJson(file, Spent) : null)
export const writeSpending = (file: string, spent: Spent): void => writeJson(file, spent)
