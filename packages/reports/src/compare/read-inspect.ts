import { BadInput, hash, parseRecord } from '@whetstone/core'
import { readBytes } from '@whetstone/tasks'
import { unzipSync } from 'fflate'
import { z } from 'zod'
import type { Choice } from './choice.ts'
import { questionOf } from './question-of.ts'
import { parseLog, readLog } from './read-log.ts'
import type { ResultSet } from './result-set.ts'
import { scoreAttempts } from './score-attempts.ts'

const Sample = z.looseObject({
  id: z.union([z.number(), z.string()]),
  epoch: z.number().optional(),
  input: z.unknown(),
  target: z.unknown(),
  scores: z.record(z.string(), z.looseObject({ value: z.unknown() })).nullish(),
  error: z.unknown().optional(),
})
/** What we read of an Inspect log (`.eval`, or `inspect eval --log-format json`). */
const Log = z.looseObject({
  status: z.string(),
  eval: z.looseObject({ task: z.string(), model: z.string() }),
  samples: z.array(Sample).nullish(),
})
type Log = z.infer<typeof Log>

export const readInspect = (file: string, choice: Choice): ResultSet[] => toResultSet(file, readLog(file, Log), choice)

/** The packed log: a zip with header.json and a file for each sample. Anything larger than it could honestly be is refused before it is unpacked. */
export function readInspectPacked(file: string, choice: Choice): ResultSet[] {
  const decoder = new TextDecoder()
  let size = 0
  let files: Record<string, Uint8Array>
  try {
    files = unzipSync(readBytes(file), {
      filter: ({ name, originalSize }) => {
        const wanted = name === 'header.json' || name === '_journal/start.json' || /^samples\/[^/]+\.json$/.test(name)
        if (wanted) size += originalSize
        if (size > 2 ** 31)
          throw new BadInput(`${file} unpacks to more than 2 GiB: convert it with \`inspect log convert --to json\` and cut it down`)
        return wanted
      },
    })
  } catch (error) {
    if (error instanceof BadInput) throw error
    throw new BadInput(`${file} cannot be unpacked (${(error as Error).message}): is it a whole .eval log of Inspect?`)
  }
  const parse = <T>(name: string, schema: z.ZodType<T>): T => {
    const where = `${file}: ${name}`
    return parseRecord(parseLog(decoder.decode(files[name]), where), schema, where)
  }
  const header = files['header.json'] ? 'header.json' : files['_journal/start.json'] ? '_journal/start.json' : undefined
  if (header === undefined) throw new BadInput(`${file} holds no header.json: it is no .eval log of Inspect`)
  const { status = 'started', eval: evaluated } = parse(header, z.looseObject({ status: z.string().optional(), eval: Log.shape.eval }))
  const samples = Object.keys(files)
    .filter((name) => name.startsWith('samples/'))
    .map((name) => parse(name, Sample))
  return toResultSet(file, { status, eval: evaluated, samples }, choice)
}

/** An arm from an eval log. Several epochs of a sample are attempts at one task; `score` chooses among several scorers. */
function toResultSet(file: string, log: Log, choice: Choice): ResultSet[] {
  const samples = log.samples ?? []
  const scorers = [...new Set(samples.flatMap(({ scores }) => Object.keys(scores ?? {})))]
  const scorer = choice.score ?? scorers[0]
  if (scorer === undefined)
    throw new BadInput(`${file} holds no scored samples (status ${log.status}): was it written with --no-log-samples or --no-score?`)
  if (!scorers.includes(scorer)) throw new BadInput(`${file} has no score "${scorer}". Scores: ${scorers.join(', ')}`)
  const { groups, notes } = scoreAttempts(
    file,
    samples.map(({ id, epoch, input, target, scores }) => ({
      group: log.eval.task,
      task: String(id),
      cluster: String(id),
      score: scores?.[scorer] === undefined ? null : toScore(scores[scorer].value, `${file}: sample ${id}`),
      repeat: epoch,
      answer: answerOf(scores?.[scorer]?.['answer']),
      content: { hash: hash([input, target]), question: questionOf(input) },
    })),
    choice,
  )
  const told = [
    ...(scorers.length > 1 ? [`score ${scorer} of ${scorers.join(', ')}`] : []),
    ...(log.status === 'success' ? [] : [`the evaluation's status is ${log.status}`]),
  ]
  return [{ name: `${log.eval.model} (${file})`, arm: '', source: file, format: 'inspect', groups, notes: [...told, ...notes] }]
}

/** The answer that a scorer read; null where it read none. */
const answerOf = (answer: unknown): string | null | undefined =>
  typeof answer === 'string' || typeof answer === 'number' ? String(answer) : answer === null ? null : undefined

/**
 * Inspect's own reading of a score's value: C, P, I, N are 1, ½, 0, 0; yes and true are 1, no and false 0; numbers stand for themselves.
 */
function toScore(value: unknown, where: string): number | null {
  if (value === null || value === undefined) return null
  const words: Record<string, number> = { c: 1, p: 0.5, i: 0, n: 0, yes: 1, true: 1, no: 0, false: 0 }
  const number =
    typeof value === 'boolean'
      ? Number(value)
      : typeof value === 'string'
        ? (words[value.toLowerCase()] ?? Number(value || Number.NaN))
        : value
  if (typeof number === 'number' && number >= 0 && number <= 1) return number
  throw new BadInput(
    `${where}: the score ${JSON.stringify(value)} is neither a grade (C, P, I, N) nor a number from 0 to 1; choose another with --score`,
  )
}
