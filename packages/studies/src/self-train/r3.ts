import type { Model, Task, Teacher, Trace } from '@whetstone/core'
import direct from '@whetstone/solvers/solvers/direct.ts'
import { bucketFile, readBucket, verificationName, writeBucket, type Unsolved } from '@whetstone/runs'
import reflectRewrite from '@whetstone/solvers/solvers/reflect-rewrite.ts'
import type { LevelRate } from './measure-levels.ts'
import { distinctPerTask, pairRow, pairRows, sftRow } from './rows.ts'
import type { Study } from './study.ts'
import { attemptTasks, generated, passedOf } from './study.ts'
import type { Stage } from './train-rows.ts'
import { trainRows } from './train-rows.ts'
import { updateBucket } from '@whetstone/attempts/update-bucket.ts'

/** One stage of a round's training. `verify` attempts the trained tasks again without help; what passes may be trained on by a later `sft`. */
export type Scheduled =
  /** `least`: of fewer pairs nothing is learned but to keep what stands beside them; the stage is left out. */
  | { stage: 'dpo'; learningRate: number; beta: number; nllWeight: number; epochs: number; least: number }
  | { stage: 'sft'; learningRate: number; epochs: number; on: 'rewrites' | 'verified' | 'references' }
  | { stage: 'verify' }
export const dpo = (more: Partial<Extract<Scheduled, { stage: 'dpo' }>> = {}): Scheduled => ({
  ...{ stage: 'dpo', learningRate: 2e-4, beta: 0.1, nllWeight: 1, epochs: 2, least: 16 },
  ...more,
})
export const sft = (more: Partial<Extract<Scheduled, { stage: 'sft' }>> = {}): Scheduled => ({
  ...{ stage: 'sft', learningRate: 5e-4, epochs: 1, on: 'verified' },
  ...more,
})
export const verify = (): Scheduled => ({ stage: 'verify' })

export type R3 = {
  rounds: number
  /** Levels of the train tasks, and how many of each a round draws. */
  levels: readonly number[]
  each: number
  /** Levels that the model has, and how many attempts at each keep them in the rows. */
  kept: readonly number[]
  keptEach: number
  /** Names errors. The advanced one also rewrites, and is asked about what stayed unsolved for so many rounds. */
  teachers: { basic: Teacher; advanced?: Teacher }
  advancedAfter: number
  /** How often an answer is reflected on and rewritten. */
  rewrites: number
  schedule: readonly Scheduled[]
  prompts: string
  temperature: number
  /** Validation tasks of each level on which what failed is retested. */
  validation: number
}
export type R3Round = {
  round: number
  attempts: number
  passedFirst: number
  passedRewritten: number
  format: number
  answer: number
  pairs: number
  losses: { stage: string; loss: number }[]
  verification: { attempts: number; passed: number } | null
  bucket: { size: number; left: number; reasons: Record<string, number> }
  dropped: { leaks: number; rewrites: number }
  tokens: { own: number; taught: number }
  /** On validation tasks that the incumbent failed: solved by the candidate, and by a fresh attempt of the incumbent. */
  retest: {
    failed: number
    candidate: number
    incumbent: number
    pairs: { task: string; cluster: string; candidate: boolean; incumbent: boolean }[]
  }
  rates: LevelRate[]
}

/**
 * Rounds of reflect, rewrite, repeat: attempt and grade; a teacher names the errors of what failed, the target rewrites; what stays unsolved goes to
 * the bucket list and is retried each round, later by the advanced teacher; then the schedule trains, and validation tasks that the incumbent failed
 * are attempted again by the candidate and, afresh, by the incumbent. Each step's file is kept, so that a stopped round goes on.
 */
export async function r3(study: Study, settings: R3, onRound: (round: R3Round) => void = () => {}): Promise<R3Round[]> {
  const done: R3Round[] = []
  let incumbent: Model = study.model
  for (let round = 1; round <= settings.rounds; round++) {
    const before = readBucket(bucketFile(study.folder, round - 1))
    const taught = await attemptAndRewrite(study, settings, round, incumbent, before)
    const bucket = updateBucket(before, taught.traces, taught.tasks, round)
    writeBucket(bucketFile(study.folder, round), bucket)
    const { model: candidate, losses, verification } = await train(study, settings, round, incumbent, taught)
    const { retest, rates } = await retestFailed(study, settings, round, incumbent, candidate)
    done.push({ ...summary(round, taught, before, bucket), losses, verification, retest, rates })
    onRound(done.at(-1)!)
    incumbent = candidate
  }
  return done
}

type Taught = { traces: Trace[]; kept: Trace[]; tasks: Map<string, Task> }

async function attemptAndRewrite(study: Study, settings: R3, round: number, model: Model, bucket: readonly Unsolved[]): Promise<Taught> {
  const { teachers, advancedAfter, rewrites, prompts, temperature, levels, each, kept, keptEach } = settings
  const load = (of: readonly number[], limit: number) => study.taskset.load({ split: 'train', seed: study.seed, round, levels: of, limit })
  const fresh = await load(levels, each)
  const waited = bucket.map(({ task }) => task)
  const isOld = ({ since }: Unsolved) => teachers.advanced !== undefined && round - since >= advancedAfter
  const old = bucket.filter(isOld).map(({ task }) => task)
  const basic = [...fresh, ...waited.filter((task) => !old.includes(task))].filter(
    (task, i, all) => all.findIndex(({ id }) => id === task.id) === i,
  )
  const by = (teacher: Teacher, rewriter: 'target' | 'teacher') =>
    rewrites === 0 ? direct() : reflectRewrite({ rounds: rewrites, teacher, rewriter, prompts })
  const how = { model, temperature, round, mayGrade: true }
  const traces = await attemptTasks(study, { ...how, name: `r3-${round}-attempts`, tasks: basic, solver: by(teachers.basic, 'target') })
  const advanced =
    old.length > 0 && teachers.advanced
      ? await attemptTasks(study, { ...how, name: `r3-${round}-advanced`, tasks: old, solver: by(teachers.advanced, 'teacher') })
      : []
  const easy = await load(kept, keptEach)
  const solved = await attemptTasks(study, { ...how, name: `r3-${round}-kept`, tasks: easy, solver: direct() })
  return { traces: [...traces, ...advanced], kept: passedOf(solved), tasks: new Map([...basic, ...old].map((task) => [task.id, task])) }
}

/** The schedule's stages one after the other, each on the model that the last one left. */
async function train(study: Study, { schedule }: R3, round: number, incumbent: Model, taught: Taught) {
  let model = incumbent
  let verified: Trace[] = []
  let verification: R3Round['verification'] = null
  const losses: R3Round['losses'] = []
  const stay = distinctPerTask(taught.kept, 1)
  for (const [i, scheduled] of schedule.entries()) {
    if (scheduled.stage === 'verify') {
      const trained = [...new Set(passedOf(taught.traces).map(({ task }) => task))].map((id) => taught.tasks.get(id) as Task)
      const traces = await attemptTasks(study, { name: verificationName(round, i), model, tasks: trained, solver: direct(), round })
      verified = passedOf(traces)
      verification = { attempts: traces.length, passed: verified.length }
      continue
    }
    const stage = stageOf(scheduled, taught, verified, stay)
    if (stage.rows.length === 0) continue
    const trained = await trainRows(study, `r3-${round}-model-${i}`, model, stage)
    model = trained.model
    losses.push({ stage: scheduled.stage, loss: trained.loss })
  }
  return { model, losses, verification }
}

/** What a stage trains on; no rows leave it out. */
export function stageOf(
  scheduled: Exclude<Scheduled, { stage: 'verify' }>,
  { traces, tasks }: Taught,
  verified: readonly Trace[],
  stay: readonly Trace[],
): Stage {
  if (scheduled.stage === 'dpo') {
    const { learningRate, beta, nllWeight, epochs, least } = scheduled
    const pairs = pairRows(traces, 1)
    // Solved levels stand in the pairs too: their right answer against the same one broken off, or DPO unlearns them.
    const guard = stay.map((trace) => pairRow(trace, answerOf(trace), answerOf(trace).slice(0, -2)))
    return { method: 'dpo', rows: pairs.length < least ? [] : [...pairs, ...guard], learningRate, beta, nllWeight, epochs }
  }
  const { learningRate, epochs, on } = scheduled
  const of = on === 'verified' ? verified.map(sftRow) : on === 'rewrites' ? passedOf(traces).map(sftRow) : references(traces, tasks)
  return { method: 'sft', rows: [...of, ...stay.map(sftRow)], learningRate, epochs }
}

/** The control that needs no teacher: the right answers of the same tasks, as rows. */
const references = (traces: readonly Trace[], tasks: ReadonlyMap<string, Task>): object[] =>
  [...new Set(traces.map(({ task }) => task))].map((id) => {
    const { prompt, reference } = tasks.get(id) as Task
    return {
      messages: [
        { role: 'user', content: prompt },
        { role: 'assistant', content: reference },
      ],
    }
  })
const answerOf = ({ messages }: Trace) => messages.at(-1)?.content ?? ''

async function retestFailed(study: Study, { levels, kept, validation }: R3, round: number, incumbent: Model, candidate: Model) {
  const all = [...new Set([...kept, ...levels])]
  const tasks = await study.taskset.load({ split: 'validation', seed: study.seed, round, levels: all, limit: validation })
  const first = await attemptTasks(study, { name: `r3-${round}-validation`, model: incumbent, tasks, solver: direct(), round })
  const failed = tasks.filter(({ id }) => first.some((trace) => trace.task === id && !trace.grade.passed))
  // A fresh attempt is a sample: the greedy one would fail again.
  const again = async (name: string, model: Model) => {
    const traces = await attemptTasks(study, {
      name: `r3-${round}-retest-${name}`,
      model,
      tasks: failed,
      solver: direct(),
      temperature: 0.7,
      round,
    })
    return new Set(passedOf(traces).map(({ task }) => task))
  }
  const [byCandidate, byIncumbent] = [await again('candidate', candidate), await again('incumbent', incumbent)]
  const after = await attemptTasks(study, { name: `r3-${round}-measure`, model: candidate, tasks, solver: direct(), round })
  const pairs = failed.map(({ id, cluster }) => ({ task: id, cluster, candidate: byCandidate.has(id), incumbent: byIncumbent.has(id) }))
  const rates = all.map((level) => {
    const at = after.filter((trace) => trace.level === level)
    return { level, n: at.length, passed: passedOf(at).length }
  })
  return { retest: { failed: failed.length, candidate: byCandidate.size, incumbent: byIncumbent.size, pairs }, rates }
}

function summary(round: number, { traces }: Taught, before: readonly Unsolved[], bucket: readonly Unsolved[]) {
  const isRewritten = ({ messages }: Trace) => messages.filter(({ role }) => role === 'assistant').length > 1
  const passed = passedOf(traces)
  const mean = (part: string) => traces.reduce((sum, { grade }) => sum + (grade.parts[part] ?? 0), 0) / Math.max(1, traces.length)
  const total = (of: (trace: Trace) => number) => traces.reduce((sum, trace) => sum + of(trace), 0)
  const reasons: Record<string, number> = {}
  for (const entry of bucket) for (const [reason, count] of Object.entries(entry.reasons)) reasons[reason] = (reasons[reason] ?? 0) + count
  const now = new Set(bucket.map(({ task }) => task.id))
  return {
    round,
    attempts: traces.length,
    passedFirst: passed.filter((trace) => !isRewritten(trace)).length,
    passedRewritten: passed.filter(isRewritten).length,
    format: mean('format'),
    answer: mean('answer'),
    pairs: pairRows(traces, 1).length,
    bucket: { size: bucket.length, left: before.filter(({ task }) => !now.has(task.id)).length, reasons },
    dropped: { leaks: total(({ dropped }) => dropped?.leaks ?? 0), rewrites: total(({ dropped }) => dropped?.rewrites ?? 0) },
    tokens: { own: generated(traces), taught: total(({ taught }) => taught?.completion ?? 0) },
  }
}
