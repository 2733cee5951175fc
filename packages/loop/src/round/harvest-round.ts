import type { Rows, Trace } from '@whetstone/core'
import { deriveSeed, reread } from '@whetstone/core'
import { exportDataset } from '@whetstone/datasets'
import passed from '@whetstone/harvest/filters/passed.ts'
import { replay, toExample, toPairs, unfoldRewrites } from '@whetstone/harvest'
import { openRun, type Harvest } from '@whetstone/runs'
import { tasksetsOf } from '../recipe/recipe.ts'
import { harvestLikelihood } from './harvest-likelihood.ts'
import type { RoundContext } from './round-context.ts'

/** This round's traces through the recipe's filters, older rounds' passed traces beside them, as training rows on disk. Nothing holds all traces: filters may read them twice. */
export async function harvestRound(context: RoundContext): Promise<Harvest> {
  const { recipe, run, round, seed, files } = context
  const attempts = (number: number) => reread(() => unfoldRewrites(openRun(run).round(number).traces.rows()))
  const newest = await filtered(context, attempts(round))
  const older: AsyncIterable<Trace>[] = []
  for (let number = 1; number < round; number++) older.push(await filtered(context, attempts(number)))
  // How many are replayed follows from how many are new: where nothing is older, nothing needs to be counted first.
  let kept = 0
  if (older.length > 0) for await (const _ of newest) kept++
  const replayed = await replay(inTurn(older), kept, { share: recipe.settings.replay, seed: deriveSeed(seed, 'replay', round) })

  const tasksets = tasksetsOf(recipe)
  const { vocabulary } = context.incumbent.model
  const row = {
    memories: recipe.settings.memories,
    instruction: (taskset: string) => tasksets.get(taskset)?.instruction ?? null,
    seed: deriveSeed(seed, 'rows', round),
    vocabulary,
  }
  let rows = 0
  async function* examples() {
    for await (const trace of inTurn([newest, reread(replayed.traces)])) {
      rows++
      yield { row: toExample(trace, row), trace }
    }
  }
  const dataset = await exportDataset({
    run,
    round,
    folder: files.dataset,
    examples: examples(),
    pairs: recipe.settings.pairs > 0 ? toPairs(attempts(round), { perTask: recipe.settings.pairs, vocabulary }) : [],
    formats: recipe.formats,
    createdAt: new Date().toISOString(),
  })
  return { dataset, kept: rows - replayed.count, replayed: replayed.count, pairs: dataset.counts.pairs }
}

/** What the recipe's filters leave; whatever they do, nothing that failed is trained on. */
async function filtered(context: RoundContext, traces: AsyncIterable<Trace>): Promise<AsyncIterable<Trace>> {
  const { recipe, seed, round } = context
  const options = { seed: deriveSeed(seed, 'harvest', round), likelihood: await harvestLikelihood(context, traces) }
  const left = recipe.harvest.reduce<Rows<Trace>>((rest, each) => reread(() => each.apply(rest, options)), traces)
  return reread(() => passed().apply(left, { seed }))
}

const inTurn = (parts: readonly AsyncIterable<Trace>[]) =>
  reread(async function* () {
    for (const part of parts) yield* part
  })
