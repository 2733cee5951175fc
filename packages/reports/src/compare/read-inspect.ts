import { BadInput, hash, readJson } from '@whetstone/core'
import { z } from 'zod'
import { groupAttempts, type ResultSet } from './result-set.ts'

const Sample = z.looseObject({
  id: z.union([z.number(), z.string()]),
  epoch: z.number().optional(),
  input: z.unknown(),
  target: z.unknown(),
  scores: z.record(z.string(), z.looseObject({ value: z.unknown() })).nullish(),
  error: z.unknown().optional(),
})
/** What we read of an Inspect log (`inspect eval --log-format json`, or `inspect log convert --to json`). */
const Log = z.looseObject({
  status: z.string(),
  eval: z.looseObject({ task: z.string(), model: z.string() }),
  samples: z.array(Sample).nullish(),
})

/**
 * An eval log of Inspect. Several epochs of a sample are attempts at one task; samples that ended in an error without a score are left out
 * and counted. `scorer` chooses among several.
 */
export function readInspect(file: string, choice: { scorer?: string }): ResultSet[] {
  const log = readJson(file, Log)
  const samples = log.samples ?? []
  const scorers = [...new Set(samples.flatMap(({ scores }) => Object.keys(scores ?? {})))]
  const scorer = choice.scorer ?? scorers[0]
  if (scorer === undefined)
    throw new BadInput(`${file} holds no scored samples (status ${log.status}): was it written with --no-log-samples or --no-score?`)
  if (!scorers.includes(scorer)) throw new BadInput(`${file} has no scorer "${scorer}". Scorers: ${scorers.join(', ')}`)
  const scored = samples.filter(({ scores }) => scores?.[scorer] !== undefined)
  const notes: string[] = []
  if (scorers.length > 1) notes.push(`scorer ${scorer} of ${scorers.join(', ')}`)
  if (scored.length < samples.length)
    notes.push(`${samples.length - scored.length} of ${samples.length} samples have no score (errors) and are left out`)
  if (log.status !== 'success') notes.push(`the evaluation's status is ${log.status}`)
  const attempts = scored.map(({ id, input, target, scores }) => {
    const task = String(id)
    return {
      group: log.eval.task,
      task,
      cluster: task,
      passed: toScore(scores?.[scorer]?.value, `${file}: sample ${task}`),
      content: hash([input, target]),
    }
  })
  return [{ name: `${log.eval.model} (${file})`, arm: '', source: file, format: 'inspect', groups: groupAttempts(attempts), notes }]
}

/**
 * Inspect's own reading of a score's value: C, P, I, N are 1, ½, 0, 0; yes and true are 1, no and false 0; numbers stand for themselves.
 */
function toScore(value: unknown, where: string): number {
  const words: Record<string, number> = { c: 1, p: 0.5, i: 0, n: 0, yes: 1, true: 1, no: 0, false: 0 }
  const number =
    typeof value === 'boolean'
      ? Number(value)
      : typeof value === 'string'
        ? (words[value.toLowerCase()] ?? Number(value || Number.NaN))
        : value
  if (typeof number === 'number' && number >= 0 && number <= 1) return number
  throw new BadInput(
    `${where}: the score ${JSON.stringify(value)} is neither a grade (C, P, I, N) nor a number from 0 to 1; choose another with --scorer`,
  )
}
