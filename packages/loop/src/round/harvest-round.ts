import type { FilterOptions, Trace } from '@whetstone/core'
import { deriveSeed, reread } from '@whetstone/core'
import { exportDataset } from '@whetstone/datasets'
import { openStages, toExample, toPairs, unfoldRewrites } from '@whetstone/harvest'
import { openRun, type Harvest } from '@whetstone/runs'
import { tasksetsOf } from '@whetstone/recipe/recipe.ts'
import { harvestLikelihood } from './harvest-likelihood.ts'
import { heldOutQuestions, referencesOf } from './harvest-tasks.ts'
import type { RoundContext } from './round-context.ts'

/**
 * This round's traces through the recipe's filters and no others, as training rows on disk: what is not filtered out is trained on, passed or
 * not. Nothing holds all traces: filters may read them twice.
 */
export async function harvestRound(context: RoundContext): Promise<Harvest> {
  const { recipe, run, round, seed, files } = context
  const attempts = (number: number) => reread(() => unfoldRewrites(openRun(run).round(number).traces.rows()))
  const { stages, rows: kept } = openStages(recipe.harvest, attempts(round), await optionsOf(context, attempts))

  const tasksets = tasksetsOf(recipe)
  const { vocabulary } = context.incumbent.model
  const row = {
    memories: recipe.settings.memories,
    instruction: (taskset: string) => tasksets.get(taskset)?.instruction ?? null,
    seed: deriveSeed(seed, 'rows', round),
    vocabulary,
  }
  let [rows, replayed] = [0, 0]
  async function* examples() {
    for await (const trace of kept) {
      rows++
      if (trace.round < round) replayed++
      yield { row: toExample(trace, row), trace }
    }
  }
  const { pairs: perTask, pairing } = recipe.settings
  const dataset = await exportDataset({
    run,
    round,
    folder: files.dataset,
    examples: examples(),
    pairs: perTask > 0 ? toPairs(attempts(round), { perTask, vocabulary, pairing }) : [],
    formats: recipe.formats,
    createdAt: new Date().toISOString(),
  })
  return { dataset, kept: rows - replayed, replayed, pairs: dataset.counts.pairs, funnel: stages.map((stage) => stage.funnel()) }
}

/** What the filter at each place may ask for. Older rounds go through the filters before it, each round by itself. */
async function optionsOf(
  context: RoundContext,
  attempts: (number: number) => AsyncIterable<Trace>,
): Promise<(place: number) => FilterOptions> {
  const { recipe, round, seed } = context
  const reference = referencesOf(context)
  const of = async (number: number): Promise<FilterOptions> => ({
    seed: deriveSeed(seed, 'harvest', round),
    likelihood: await harvestLikelihood(context, attempts(number)),
    attempts: attempts(number),
    heldOut: () => heldOutQuestions(context),
    reference,
  })
  const newest = await of(round)
  const older = reread(async function* () {
    const place = recipe.harvest.findIndex(({ needsOlder }) => needsOlder)
    for (let number = 1; number < round; number++) {
      const options = await of(number)
      yield* openStages(recipe.harvest.slice(0, place), attempts(number), () => options).rows
    }
  })
  return (place) => (recipe.harvest[place]?.needsOlder ? { ...newest, older } : newest)
}
