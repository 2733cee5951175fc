import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Model as ModelSchema, paths, readJson, toRecord, writeJson } from '@whetstone/core'
import { z } from 'zod'

const Level = z.object({ taskset: z.string(), level: z.number().int() })

/** The run's best model on a level, with its bank, where that is an earlier one than the incumbent: what the gate's guards compare with. */
export const BestLevels = z.array(Level.extend({ round: z.number().int(), model: ModelSchema, bank: z.string().nullable() }))
export type BestLevels = z.infer<typeof BestLevels>

/** checkpoints/<run>/incumbent.json: what is served, and what later rounds must not lose. Written whole at the end of a round. */
export const Incumbent = z.object({
  /** The last finished round; 0 before the first. */
  round: z.number().int(),
  model: ModelSchema,
  /** Tag of the bank that is served with it. */
  bank: z.string().nullable(),
  /** The last round's frontier. */
  frontier: Level.nullable(),
  best: BestLevels.default([]),
  /** Decisions that this run's validation sets have seen. */
  looks: z.number().int(),
})
export type Incumbent = z.infer<typeof Incumbent>

const incumbentFile = (run: string) => join(paths.checkpoints(run), 'incumbent.json')

export const readIncumbent = (run: string): Incumbent | null =>
  existsSync(incumbentFile(run)) ? readJson(incumbentFile(run), Incumbent) : null
export const writeIncumbent = (run: string, incumbent: Incumbent): void => writeJson(incumbentFile(run), toRecord(incumbent))
