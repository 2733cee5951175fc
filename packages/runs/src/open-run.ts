import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  Dataset,
  Example,
  lockOwner,
  Model,
  Pair,
  parseRow,
  readRows,
  Round,
  type LockOwner,
  type ReadOptions,
  type Role,
  type Trace,
} from '@whetstone/core'
import { z } from 'zod'
import { FrozenTask } from './frozen-task.ts'
import { Incumbent } from './incumbent.ts'
import { openTraces, type TraceFile } from './open-traces.ts'
import type { Problem } from './problem.ts'
import { Phase1Summary } from './phase1-summary.ts'
import { roundFiles, roundNumbers, runFiles, type RoundFiles, type RunFiles } from './run-files.ts'
import { Run as RunRecord } from './run-record.ts'
import { stepNames, type StepName } from './step-names.ts'
import { StepDone } from './step.ts'
import { stepRecords, toArm, type Arm, type Arms, type StepRecords } from './step-records.ts'

/**
 * A run on disk, read only. What is not there yet is null, or an empty stream; what is there and cannot be read is named in `problems`, which
 * grows as more is read.
 */
export type RunReader = {
  readonly run: string
  readonly files: RunFiles
  readonly problems: readonly Problem[]
  /** Whose run it is. */
  record(): RunRecord | null
  /** What is served, and the last finished round. */
  incumbent(): Incumbent | null
  /** The live process that works on it. */
  lock(): LockOwner | null
  /** Rounds of which anything is on disk, finished or open. */
  rounds(): RoundReader[]
  round(number: number): RoundReader
  /** Finished rounds, in order. */
  finished(): { reader: RoundReader; round: Round }[]
  /** The round that is under way: the steps that are done and the one that is next, null when none is. */
  open(): { round: number; done: StepName[]; next: StepName | 'report' } | null
  phase1(): Phase1Summary | null
  /** Train traces of all rounds, the first round's first. */
  trainTraces(options?: { upTo?: number }): AsyncIterable<Trace>
}

export type ArmReader = Arm & { traces: TraceFile }
export type RoundReader = {
  readonly run: string
  readonly round: number
  readonly files: RoundFiles
  /** round.json: null until the round is finished. */
  finished(): Round | null
  /** What a step came to; null until it is done. */
  step<N extends StepName>(name: N): StepRecords[N] | null
  /** Seconds that each finished step took. */
  seconds(): Partial<Record<StepName, number>>
  /** The tasks as they were attempted. */
  tasks(options?: ReadOptions): AsyncIterable<FrozenTask>
  traces: TraceFile
  /** The arms that were measured, or that are being measured. */
  arms(): ArmReader[]
  arm(role: Role, memory: boolean): ArmReader | null
  retest(role: Role): TraceFile
  /** The card of the training rows, the file of one format, and the rows. */
  dataset(): Dataset | null
  exported(format: string): string | null
  examples(options?: ReadOptions): AsyncIterable<Example>
  pairs(options?: ReadOptions): AsyncIterable<Pair>
  /** The candidate's card, promoted or not; null where nothing was trained. */
  candidate(): Model | null
  /** The trainer's measurements, and what happened when: rows as they stand. */
  metrics(): AsyncIterable<Record<string, unknown>>
  events(): AsyncIterable<Record<string, unknown>>
}

/** Opens a run by its name; nothing is read before it is asked for, and nothing is written but indexes of traces. */
export function openRun(run: string): RunReader {
  const files = runFiles(run)
  const problems: Problem[] = []
  const read = <T>(file: string, schema: z.ZodType<T>, readable: string): T | null => {
    if (!existsSync(file)) return null
    try {
      return parseRow(readFileSync(file, 'utf8'), schema, file)
    } catch (error) {
      name({ file, kind: isTorn(file) ? 'torn' : 'foreign', says: (error as Error).message, readable })
      return null
    }
  }
  const name = (problem: Problem) => {
    if (!problems.some(({ file, kind }) => file === problem.file && kind === problem.kind)) problems.push(problem)
  }
  const readers = new Map<number, RoundReader>()
  const round = (number: number) => {
    let reader = readers.get(number)
    if (!reader) readers.set(number, (reader = openRound(run, number, read, name)))
    return reader
  }
  /** A record of the run: where rounds are, it should be. */
  const own = <T>(file: string, schema: z.ZodType<T>): T | null => {
    if (!existsSync(file) && roundNumbers(run).length > 0)
      name({ file, kind: 'missing', says: `${file} is missing`, readable: 'rounds and their traces' })
    return read(file, schema, 'rounds and their traces')
  }
  const incumbent = () => own(files.incumbent, Incumbent)
  return {
    run,
    files,
    problems,
    record: () => own(files.record, RunRecord),
    incumbent,
    lock: () => lockOwner(files.lock) ?? null,
    rounds: () => roundNumbers(run).map(round),
    round,
    finished() {
      // round.json is written before the incumbent's record, which makes the round done
      const last = incumbent()?.round ?? Infinity
      return roundNumbers(run).flatMap((number) => {
        const done = number <= last ? round(number).finished() : null
        return done ? [{ reader: round(number), round: done }] : []
      })
    },
    open() {
      const number = (incumbent()?.round ?? roundNumbers(run).filter((each) => round(each).finished()).length) + 1
      const done = stepNames.filter((step) => existsSync(roundFiles(run, number).step(step)))
      if (done.length === 0 && lockOwner(files.lock) === undefined) return null
      return { round: number, done, next: stepNames.find((step) => !done.includes(step)) ?? 'report' }
    },
    phase1: () => read(files.phase1.summary, Phase1Summary, 'the traces of phase 1'),
    async *trainTraces({ upTo = Infinity } = {}) {
      for (const number of roundNumbers(run)) if (number <= upTo) yield* round(number).traces.rows()
    },
  }
}

type Read = <T>(file: string, schema: z.ZodType<T>, readable: string) => T | null
const Loose = z.record(z.string(), z.unknown())

function openRound(run: string, round: number, read: Read, name: (problem: Problem) => void): RoundReader {
  const files = roundFiles(run, round)
  const step = <N extends StepName>(which: N) =>
    (read(files.step(which), StepDone.extend({ value: stepRecords[which] as z.ZodType }), 'the other steps and all traces')
      ?.value as StepRecords[N]) ?? null
  const dataset = () => read(files.card, Dataset, 'the traces')
  const armTraces = (arm: Arm): ArmReader => ({ ...arm, traces: openTraces(files.arm(arm.name), name) })
  const arms = () => {
    const measured = step('arms') as Arms | null
    if (measured) return measured.arms.map(armTraces)
    const usual = (['incumbent', 'candidate'] as const).flatMap((role) =>
      [false, true].flatMap((memory) => (['now', 'old'] as const).map((named) => toArm({ role, memory }, named))),
    )
    return usual.map(armTraces).filter(({ traces }) => traces.exists)
  }
  const rowsOf = <T>(file: string, schema: z.ZodType<T>, options: ReadOptions): AsyncIterable<T> => {
    const torn = (path: string, bytes: number) => {
      name({ file: path, kind: 'torn', says: `its last ${bytes} bytes are no whole line`, readable: 'all lines before' })
    }
    return readRows(file, schema, { optional: true, torn, ...options })
  }
  const exported = (format: string) => {
    const file = dataset()?.files[format]
    return file === undefined ? null : join(files.dataset, file)
  }
  const own = <T>(which: 'examples' | 'pairs', format: string, schema: z.ZodType<T>, options: ReadOptions): AsyncIterable<T> =>
    rowsOf(existsSync(files[which]) ? files[which] : (exported(format) ?? files[which]), schema, options)
  return {
    run,
    round,
    files,
    finished: () => read(files.round, Round, "the round's steps and traces"),
    step,
    seconds: () =>
      Object.fromEntries(
        stepNames.flatMap((which) => {
          const done = read(files.step(which), StepDone, 'the other steps and all traces')
          return done ? [[which, done.seconds]] : []
        }),
      ),
    tasks: (options = {}) => rowsOf(files.tasks, FrozenTask, options),
    traces: openTraces(files.traces, name),
    arms,
    arm: (role, memory) => arms().find((arm) => arm.role === role && arm.memory === memory) ?? null,
    retest: (role) => openTraces(files.retest(role), name),
    dataset,
    exported,
    examples: (options = {}) => own('examples', 'messages', Example, options),
    pairs: (options = {}) => own('pairs', 'preference', Pair, options),
    candidate: () => read(files.candidate, Model, 'the other records of the round') ?? step('candidate')?.model ?? null,
    metrics: () => rowsOf(files.metrics, Loose, {}),
    events: () => rowsOf(files.events, Loose, {}),
  }
}

/** A record that ends before it is whole, as against one that is something else. */
function isTorn(file: string): boolean {
  const text = readFileSync(file, 'utf8').trimEnd()
  return statSync(file).size === 0 || !/[}\]]$/.test(text)
}
