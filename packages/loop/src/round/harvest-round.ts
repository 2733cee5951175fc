import { existsSync } from 'node:fs'
import type { Rows, Trace } from '@whetstone/core'
import { deriveSeed, readJsonl, Trace as TraceSchema } from '@whetstone/core'
import { exportDataset } from '@whetstone/datasets'
import passed from '@whetstone/harvest/filters/passed.ts'
import { replay, toExamples, toPairs, unfoldRewrites } from '@whetstone/harvest'
import { roundFiles, type Harvest } from '@whetstone/runs'
import { tasksetsOf } from '../recipe/recipe.ts'
import { harvestLikelihood } from './harvest-likelihood.ts'
import type { RoundContext } from './round-context.ts'

/** This round's traces through the recipe's filters, older rounds' passed traces beside them, as training rows on disk. */
export async function harvestRound(context: RoundContext): Promise<Harvest> {
  const { recipe, run, round, seed, files } = context
  const traces = await Array.fromAsync(unfoldRewrites(readJsonl(files.traces, TraceSchema)))
  const filter = async (all: readonly Trace[]) => {
    const likelihood = await harvestLikelihood(context, all)
    const left = recipe.harvest.reduce<Rows<Trace>>(
      (rest, each) => each.apply(rest, { seed: deriveSeed(seed, 'harvest', round), likelihood }),
      all,
    )
    // Whatever a recipe's filters do, nothing that failed is trained on.
    return Array.fromAsync(passed().apply(left, { seed }))
  }
  const newest = await filter(traces)
  const older: Trace[] = []
  for (const each of olderTraces(run, round)) older.push(...(await filter(await Array.fromAsync(unfoldRewrites(each)))))
  const replayed = replay(older, newest.length, { share: recipe.settings.replay, seed: deriveSeed(seed, 'replay', round) })
  const rows = [...newest, ...replayed]
  const tasksets = tasksetsOf(recipe)
  const { vocabulary } = context.incumbent.model
  const examples = toExamples(rows, {
    memories: recipe.settings.memories,
    instruction: (taskset) => tasksets.get(taskset)?.instruction ?? null,
    seed: deriveSeed(seed, 'rows', round),
    vocabulary,
  })
  const pairs = recipe.settings.pairs > 0 ? toPairs(traces, { perTask: recipe.settings.pairs, vocabulary }) : []
  const dataset = await exportDataset({
    run,
    round,
    folder: files.dataset,
    examples,
    pairs,
    traces: rows,
    formats: recipe.formats,
    createdAt: new Date().toISOString(),
  })
  return { dataset, kept: newest.length, replayed: replayed.length, pairs: pairs.length }
}

/** Train traces of the rounds before this one, a list each. */
export function olderTraces(run: string, round: number): Trace[][] {
  return Array.from({ length: round - 1 }, (_, index) => roundFiles(run, index + 1).traces)
    .filter((file) => existsSync(file))
    .map((file) => readJsonl(file, TraceSchema))
}
