import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { BadInput, root } from '@whetstone/core'
import type { Probe } from '@whetstone/grading'
import { readRecords } from './read-records.ts'

/** Answers of known verdict: a table with the columns question, answer, correct (true or false) and, if wanted, reference. */
export async function readProbes(given: string): Promise<Probe[]> {
  const file = existsSync(given) || isAbsolute(given) ? given : join(root, given)
  const { rows } = await readRecords(file)
  if (rows.length === 0) throw new BadInput(`${file} holds no answers of known verdict: give question, answer and correct in each row`)
  return rows.map(({ record, line }) => {
    const text = (name: string) => {
      const value = record[name]
      if (typeof value === 'string' || typeof value === 'number') return String(value)
      throw new BadInput(`${file}:${line}: ${name}: is ${value === undefined ? 'missing' : 'neither text nor a number'}`)
    }
    const said = String(record['correct']).trim().toLowerCase()
    const correct = ['true', '1', 'yes'].includes(said) ? true : ['false', '0', 'no'].includes(said) ? false : null
    if (correct === null) throw new BadInput(`${file}:${line}: correct: is ${JSON.stringify(record['correct'] ?? null)}, not true or false`)
    const reference = record['reference'] === undefined || record['reference'] === '' ? undefined : text('reference')
    return { question: text('question'), answer: text('answer'), correct, reference }
  })
}
