import { deriveSeed, type LanguageModel, type Model } from '@whetstone/core'
import { poolMessages, scorePool, type CheckpointScores, type PoolItem } from '@whetstone/evaluation'
import { selectByLikelihood } from '@whetstone/harvest'
import direct from '@whetstone/solvers/solvers/direct.ts'
import { attemptTasks, type Study } from '../self-train/study.ts'
import { trainRows } from '../self-train/train-rows.ts'

export type SelectionSettings = {
  /** Of the samples that are learned from, in each set. */
  share: number
  randomSets: number
  epochs: number
  learningRate: number
  batch: number
  /** Checkpoints within each training, the last one included. */
  snapshots: number
  levels: readonly number[]
  /** Validation tasks a level. */
  each: number
}
export type Outcome = { seed: number; task: string; level: number; passed: boolean }
export type SetResult = {
  /** high, low, random 1, … */
  set: string
  order: 'highest' | 'lowest' | 'random'
  seed: number
  rows: number
  /** Mean log-likelihood a token of the set under the model that it was chosen by; and its mean length in tokens. */
  likelihood: number
  tokens: number
  loss: number
  outcomes: Outcome[]
  /** The pool before training and at each snapshot. */
  checkpoints: CheckpointScores[]
}

/**
 * Sets of equal size from what may be learned, the likeliest and the least likely samples under the model itself and as many at random, several
 * times over; a model trained on each, the pool scored on its way, and its accuracy at the end. `source` gives a seed's pool and samples.
 */
export async function selectionStudy(
  studies: readonly Study[],
  source: (study: Study) => Promise<{ pool: readonly PoolItem[]; learn: readonly PoolItem[] }>,
  settings: SelectionSettings,
  onSet: (result: SetResult) => void,
): Promise<SetResult[]> {
  const { share, randomSets, epochs, learningRate, batch, snapshots, levels, each } = settings
  const done: SetResult[] = []
  for (const study of studies) {
    const { seed, signal } = study
    const { pool, learn } = await source(study)
    const { before, chosenBy } = await opened(study, study.model, async (model) => ({
      before: await scorePool(model, pool, { signal }),
      chosenBy: new Map((await scorePool(model, learn, { signal })).map((score) => [score.index, score])),
    }))
    const places = [...chosenBy.keys()]
    const count = Math.max(1, Math.floor(places.length * share))
    const tasks = await study.taskset.load({ split: 'validation', seed, round: 1, levels, limit: each })
    const sets = [
      { set: 'high', order: 'highest' as const },
      { set: 'low', order: 'lowest' as const },
      ...Array.from({ length: randomSets }, (_, place) => ({ set: `random ${place + 1}`, order: 'random' as const })),
    ]
    for (const { set, order } of sets) {
      signal.throwIfAborted()
      const likelihood = (place: number) => chosenBy.get(place)?.meanLogLikelihood
      const chosen = selectByLikelihood(places, likelihood, { order, count, seed: deriveSeed(seed, 'set', set) })
      const name = set.replace(' ', '-')
      const stage = {
        method: 'sft' as const,
        rows: chosen.map((place) => ({ messages: poolMessages(learn[place] as PoolItem) })),
        learningRate,
        batch,
        epochs,
        snapshots,
      }
      const trained = await trainRows(study, name, study.model, stage)
      const checkpoints: CheckpointScores[] = [{ step: 0, name: 'before', scores: before }]
      for (const { step, model } of [...trained.snapshots, { step: trained.steps, model: trained.model }])
        checkpoints.push({ step, name: `step ${step}`, scores: await opened(study, model, (one) => scorePool(one, pool, { signal })) })
      const traces = await attemptTasks(study, { name: `${name}-measure`, model: trained.model, tasks, solver: direct() })
      const mean = (value: (place: number) => number) => chosen.reduce((sum, place) => sum + value(place), 0) / chosen.length
      const result: SetResult = {
        ...{ set, order, seed, rows: chosen.length, loss: trained.loss, checkpoints },
        likelihood: mean((place) => likelihood(place) ?? 0),
        tokens: mean((place) => chosenBy.get(place)?.tokens ?? 0),
        outcomes: traces.map(({ task, level, grade }) => ({ seed, task, level, passed: grade.passed })),
      }
      done.push(result)
      onSet(result)
    }
  }
  return done
}

async function opened<T>(
  { backend, concurrency, context, threads, signal }: Study,
  of: Model,
  work: (model: LanguageModel) => Promise<T>,
): Promise<T> {
  await using model = await backend.open(of, { concurrency, context, threads, signal })
  return await work(model)
}
