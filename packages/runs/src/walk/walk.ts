import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Model, parseRow, paths, root, Trace } from '@whetstone/core'
import type { FrozenTask } from '../frozen-task.ts'
import { lineReader } from '../line-reader.ts'
import { openRun, type RoundReader } from '../open-run.ts'
import { runNames } from '../run-files.ts'
import { key, rowKeys, traceKeys } from './keys.ts'
import { scanFile } from './scan-file.ts'

/** A model on the way from a row back to the weights that it all began with. */
export type Ancestor = {
  id: string
  name: string | null
  run: string | null
  round: number | null
  promoted: boolean | null
  trainer: string | null
  dataset: string | null
}
/** A round that trained on a trace. */
export type TrainedOn = {
  run: string
  round: number
  examples: number
  pairs: number
  trainer: string | null
  candidate: string | null
  promoted: boolean | null
}

/** Everything that stands behind a trace. */
export type WalkUp = {
  trace: Trace
  where: string
  task: FrozenTask | null
  /** The weights that attempted it, then their parent, to the seed. */
  models: Ancestor[]
  /** Calls that a teacher answered. */
  teachers: { by: string; role: string; text: string; tokens: { prompt: number; completion: number } }[]
  trained: TrainedOn[]
}

/** The trace of an id, whichever run's and arm's it is: train traces first, by their indexes. */
export async function findTrace(
  id: string,
  runs: readonly string[] = runNames(),
): Promise<{ trace: Trace; reader: RoundReader; file: string } | null> {
  for (const run of runs)
    for (const reader of openRun(run).rounds().toReversed())
      for (const file of [
        reader.traces,
        ...reader.arms().map(({ traces }) => traces),
        reader.retest('incumbent'),
        reader.retest('candidate'),
      ]) {
        const line = file.exists ? (await file.lines())(id) : undefined
        if (line !== undefined) return { trace: parseRow(line, Trace, `${file.file}, ${id}`), reader, file: file.file }
      }
  return null
}

export async function walkUp({ trace, reader, file }: NonNullable<Awaited<ReturnType<typeof findTrace>>>): Promise<WalkUp> {
  return {
    trace,
    where: file,
    task: taskOf(reader, trace.task),
    models: ancestors(trace.policy.model, reader.run),
    teachers: (trace.calls ?? []).flatMap(({ by, role, text, tokens }) => (by === null ? [] : [{ by, role, text, tokens }])),
    trained: await trainedOn(trace.id, reader.run),
  }
}

/** The frozen task of a round, found by its bytes. */
export function taskOf(reader: RoundReader, id: string): FrozenTask | null {
  for (const line of scanFile(reader.files.tasks, `"id":${JSON.stringify(id)}`).first) {
    const task = JSON.parse(line) as FrozenTask
    if (task.id === id) return task
  }
  return null
}

/** Rounds of a run whose rows come from a trace, with what became of their candidates. */
export async function trainedOn(trace: string, run: string): Promise<TrainedOn[]> {
  const found: TrainedOn[] = []
  for (const round of openRun(run).rounds()) {
    const [examples, pairs] = [await rowsFrom(trace, round, 'examples'), await rowsFrom(trace, round, 'pairs')]
    if (examples + pairs === 0) continue
    const done = round.finished()
    found.push({
      ...{ run, round: round.round, examples, pairs },
      trainer: done?.training?.trainer ?? null,
      candidate: round.candidate()?.id ?? null,
      promoted: done ? done.decision.promoted : null,
    })
  }
  return found
}

const rowsFrom = async (trace: string, round: RoundReader, which: 'examples' | 'pairs') =>
  (await rowKeys(round, which)).count(key.trace(trace))

/** A model's line of descent: candidates of the run's rounds, then what the run began with. */
export function ancestors(id: string, run: string): Ancestor[] {
  const reader = openRun(run)
  const known = new Map<string, Ancestor & { parent: string | null }>()
  for (const round of reader.rounds()) {
    const model = round.candidate()
    if (model) known.set(model.id, { ...describe(model), run, round: round.round, promoted: round.finished()?.decision.promoted ?? null })
  }
  const line: Ancestor[] = []
  for (let next: string | null = id; next !== null;) {
    const found: (Ancestor & { parent: string | null }) | null = known.get(next) ?? carded(next)
    if (!found || line.some((each) => each.id === found.id)) {
      if (!found) line.push({ id: next, name: null, run: null, round: null, promoted: null, trainer: null, dataset: null })
      break
    }
    const { parent: before, ...ancestor }: Ancestor & { parent: string | null } = found
    line.push(ancestor)
    next = before
  }
  return line
}

const describe = ({ id, name, parent, trainer, dataset }: Model) => ({ id, name, parent, trainer, dataset })

/** A model whose card lies under models/, or in a folder of checkpoints that is no run's (models:train). */
function carded(id: string): (Ancestor & { parent: string | null }) | null {
  const folders = [join(root, 'models'), paths.models(), paths.checkpoints('')].filter((folder) => existsSync(folder))
  for (const folder of folders)
    for (const name of readdirSync(folder)) {
      const card = join(folder, name, 'card.json')
      if (!existsSync(card)) continue
      const text = readFileSync(card, 'utf8')
      if (!text.includes(id)) continue
      const parsed = Model.safeParse(JSON.parse(text))
      if (parsed.success && parsed.data.id === id) return { ...describe(parsed.data), run: null, round: null, promoted: null }
    }
  return null
}

/** What a memory went into: the traces that it was shown to, by round. */
export type MemoryUse = { run: string; round: number; shown: number; withheld: number; examples: string[] }
export async function memoryUses(memory: string, run: string): Promise<MemoryUse[]> {
  const uses: MemoryUse[] = []
  for (const round of openRun(run).rounds()) {
    if (!round.traces.exists) continue
    const keys = await traceKeys(round)
    const [shown, withheld] = [keys.count(key.shown(memory)), keys.count(key.withheld(memory))]
    if (shown + withheld === 0) continue
    const first = linesAt(round.files.traces, keys.offsets(key.shown(memory), 3))
    uses.push({ ...{ run, round: round.round, shown, withheld }, examples: first.map((line) => (JSON.parse(line) as Trace).id) })
  }
  return uses
}

/** Train traces of a round that asked and answered so. */
export async function findByContent(round: RoundReader, question: string, answer: string): Promise<Trace[]> {
  if (!round.traces.exists) return []
  const offsets = (await traceKeys(round)).offsets(key.said(question, answer))
  return linesAt(round.files.traces, offsets).map((line) => parseRow(line, Trace, round.files.traces))
}

/** Lines by where they begin. */
function linesAt(file: string, offsets: readonly number[]): string[] {
  const lineAt = lineReader(file)
  return offsets.map((offset) => {
    for (let bytes = 1 << 13; ; bytes *= 2) {
      const text = lineAt(offset, bytes)
      const end = text.indexOf('\n')
      if (end !== -1) return text.slice(0, end)
      if (bytes > 1 << 28) throw new Error(`${file}: no line ends behind byte ${offset}`)
    }
  })
}

/** What a task went into: its attempts, by round and arm and whether they passed, and the rows of them. */
export type TaskUse = {
  run: string
  round: number
  /** `train`, or the arm that attempted it: validation tasks are never harvested. */
  arm: string
  attempts: number
  passed: number
  traces: string[]
  /** What each of these answered, the first of them. */
  answers: string[]
  trained: number
  file: string
}
export async function taskUses(task: string, run: string): Promise<TaskUse[]> {
  const uses: TaskUse[] = []
  for (const round of openRun(run).rounds()) {
    const files = [
      { arm: 'train', file: round.traces },
      ...round.arms().map(({ name, traces }) => ({ arm: name, file: traces })),
      ...(['incumbent', 'candidate'] as const).map((role) => ({ arm: `retest, ${role}`, file: round.retest(role) })),
    ]
    for (const { arm, file } of files) {
      if (!file.exists) continue
      const { traces } = await file.find({ task })
      if (traces.length === 0) continue
      const keys = arm === 'train' ? await rowKeys(round, 'examples') : null
      uses.push({
        ...{ run, round: round.round, arm, file: file.file },
        attempts: traces.length,
        passed: traces.filter(({ grade }) => grade.passed).length,
        traces: traces.slice(0, 8).map(({ id }) => id),
        answers: traces.slice(0, 8).map(({ messages }) => messages.findLast(({ role }) => role === 'assistant')?.content ?? ''),
        trained: keys ? traces.reduce((sum, { id }) => sum + keys.count(key.trace(id)), 0) : 0,
      })
    }
  }
  return uses
}
