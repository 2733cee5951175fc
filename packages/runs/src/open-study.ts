import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseRow, paths } from '@whetstone/core'
import { z } from 'zod'
import { readBucket, type Unsolved } from './bucket-list.ts'
import { openTraces, type TraceFile } from './open-traces.ts'
import type { Problem } from './problem.ts'
import { Reproduction } from './reproduction.ts'

/** Where an experiment keeps what stays unsolved after a round, and the verification attempts of a stage: read by whoever shows it. */
export const bucketFile = (folder: string, round: number): string => join(folder, `r3-bucket-${round}.json`)
export const verificationName = (round: number, stage: number): string => `r3-${round}-verify-${stage}`
const bucketOf = /^r3-bucket-(\d+)\.json$/
const verificationOf = /^r3-(\d+)-verify-\d+\.jsonl$/

/** Rounds of a self-training method, as far as pages show them: what else stands in a row is its method's own. */
const SelfTrained = z.array(
  z.object({
    round: z.number().int(),
    tokens: z.number().optional(),
    rows: z.number().optional(),
    rates: z.array(z.object({ level: z.number().int(), n: z.number().int(), passed: z.number().int() })),
  }),
)
export type SelfTrained = z.infer<typeof SelfTrained>

/** An experiment that is no run of rounds: a reproduction, a study of likelihood, self-training. Read only; what cannot be read is named. */
export type StudyReader = {
  readonly name: string
  readonly problems: readonly Problem[]
  reproduction(): Reproduction | null
  selfTrained(): SelfTrained | null
  /** Averages by type over checkpoints, where it followed likelihood. */
  likelihood: string | null
  /** The last bucket list of each part (arm and seed), and of each round how long it was. */
  buckets(): { part: string; rounds: { round: number; size: number }[]; last: Unsolved[] }[]
  verifications(): { part: string; round: number; traces: TraceFile }[]
}

const files = (name: string) => {
  const folder = paths.reports(name)
  return {
    reproduction: join(folder, 'reproduction.json'),
    selfTrained: join(folder, 'self-train.json'),
    likelihood: join(folder, 'likelihood.json'),
  }
}

/** Names of the experiments that have left something to show, in order. */
export function studyNames(): string[] {
  const folder = paths.reports('')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => /^[\w][\w.-]*$/.test(name) && Object.values(files(name)).some((file) => existsSync(file)))
    .sort()
}

export function openStudy(name: string): StudyReader {
  const problems: Problem[] = []
  const of = files(name)
  const read = <T>(file: string, schema: z.ZodType<T>): T | null => {
    if (!existsSync(file)) return null
    try {
      return parseRow(readFileSync(file, 'utf8'), schema, file)
    } catch (error) {
      problems.push({ file, kind: 'foreign', says: (error as Error).message, readable: "the experiment's other files" })
      return null
    }
  }
  const folder = paths.checkpoints(name)
  /** The experiment's own folder, and those of its parts. */
  const parts = (): { part: string; folder: string; names: string[] }[] =>
    existsSync(folder)
      ? [
          '',
          ...readdirSync(folder, { withFileTypes: true })
            .filter((entry) => entry.isDirectory())
            .map((entry) => entry.name)
            .sort(),
        ].map((part) => ({ part, folder: join(folder, part), names: readdirSync(join(folder, part)) }))
      : []
  const numbered = (names: readonly string[], shape: RegExp) =>
    names
      .flatMap((each) => {
        const number = shape.exec(each)?.[1]
        return number === undefined ? [] : [{ name: each, round: Number(number) }]
      })
      .toSorted((a, b) => a.round - b.round)
  return {
    name,
    problems,
    reproduction: () => read(of.reproduction, Reproduction),
    selfTrained: () => read(of.selfTrained, SelfTrained),
    likelihood: existsSync(of.likelihood) ? of.likelihood : null,
    buckets: () =>
      parts().flatMap(({ part, folder: own, names }) => {
        const kept = numbered(names, bucketOf).flatMap(({ name: file, round }) => {
          try {
            return [{ round, bucket: readBucket(join(own, file)) }]
          } catch (error) {
            problems.push({ file: join(own, file), kind: 'foreign', says: (error as Error).message, readable: 'the other rounds' })
            return []
          }
        })
        const last = kept.at(-1)
        return last ? [{ part, rounds: kept.map(({ round, bucket }) => ({ round, size: bucket.length })), last: last.bucket }] : []
      }),
    verifications: () =>
      parts().flatMap(({ part, folder: own, names }) =>
        numbered(names, verificationOf).map(({ name: file, round }) => ({
          part,
          round,
          traces: openTraces(join(own, file), (problem) => problems.push(problem)),
        })),
      ),
  }
}
