import { join } from 'node:path'
import type { Backend, Model, Sampling, Solver, Task, Taskset, Trace } from '@whetstone/core'
import { deriveSeed } from '@whetstone/core'
import { collect } from '@whetstone/evaluation'
import { attemptPolicy, systemMessage } from '@whetstone/recipe/attempt-policy.ts'
import { modelsOf } from '@whetstone/recipe/models-of.ts'

/** What experiments on one taskset and one model share. Everything they write lies in `folder`, so that a second call goes on where it stood. */
export type Study = {
  name: string
  taskset: Taskset
  model: Model
  backend: Backend
  folder: string
  seed: number
  sampling: Omit<Sampling, 'temperature'>
  context: number
  concurrency: number
  threads: number
  signal: AbortSignal
}

export type Attempting = {
  /** Names the file of the traces; with it a second call reads what the first one did. */
  name: string
  model: Model
  tasks: readonly Task[]
  samples?: number
  temperature?: number
  solver: Solver
  /** Whether grades and hints may be seen: on train tasks only. */
  mayGrade?: boolean
  budget?: number
  /** Seeds that differ though all else is the same. */
  round?: number
  /** Tokens that prompt and answer may take, where they differ from the study's. */
  context?: number
  /** Calls keep the log-probabilities of their tokens. */
  logprobs?: boolean
}

/** Graded attempts at some tasks, from the file where they are there already. */
export async function attemptTasks(study: Study, wanted: Attempting): Promise<Trace[]> {
  const { taskset, sampling, backend, concurrency, threads, signal } = study
  const {
    name,
    model,
    tasks,
    samples = 1,
    temperature = 0,
    solver,
    mayGrade = false,
    budget,
    round = 1,
    context = study.context,
    logprobs,
  } = wanted
  if (mayGrade && tasks.some(({ split }) => split !== 'train')) throw new Error(`${name}: grades may be seen on train tasks only`)
  const courses = [{ taskset }]
  const sampled = { ...sampling, temperature }
  const models = modelsOf({ backend, settings: { concurrency, context, gpu: 'auto' } }, {}, { threads, signal })
  const system = systemMessage({ courses, memory: null })
  const { traces } = await collect({
    run: study.name,
    round,
    arm: name,
    policy: { model: model.id, bank: null },
    groups: [{ tasks, samples }],
    seed: deriveSeed(study.seed, 'attempts'),
    ...attemptPolicy({ solver, sampling: sampled, courses, settings: { evalSamples: samples, chunk: 1_000_000 } }, models, {
      role: 'incumbent',
      model,
      train: mayGrade,
      logprobs,
    }),
    sampling: sampled, // an experiment's own, one sample or many
    budget,
    show: async (attempts) => attempts.map(({ task }) => ({ system: system(task, []), shown: [], withheld: [] })),
    file: join(study.folder, `${name}.jsonl`),
    label: name,
    signal,
  })
  return Array.fromAsync(traces)
}

export const passedOf = (traces: readonly Trace[]): Trace[] => traces.filter(({ grade }) => grade.passed)
export const generated = (traces: readonly Trace[]): number => traces.reduce((sum, { tokens }) => sum + tokens.completion, 0)
