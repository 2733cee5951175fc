import type { FilterOptions, Rows, Trace } from '@whetstone/core'
import { deriveSeed, reread } from '@whetstone/core'
import { exportDataset } from '@whetstone/datasets'
import { openStages, toExample, toPairs, unfoldRewrites } from '@whetstone/harvest'
import { indexRound, openRun, type Harvest } from '@whetstone/runs'
import { harvestLikelihood } from './harvest-likelihood.ts'
import { heldOutQuestions, referencesOf } from './harvest-tasks.ts'
import type { RoundContext } from '@whetstone/attempts/round-context.ts'
import { rowOptions } from '@whetstone/attempts/row-options.ts'

/**
 * This round's traces through the recipe's filters and no others, as training rows on disk: what is not filtered out is trained on, passed or
 * not. Nothing holds all traces: filters may read them twice.
 */
export async function harvestRound(context: RoundContext): Promise<Harvest> {
  const { recipe, run, round, files } = context
  const attempts = (number: number) => reread(() => unfoldRewrites(openRun(run).round(number).traces.rows()))
  const { stages, rows: kept } = openStages(recipe.harvest, attempts(round), await optionsOf(context, attempts))

  const row = rowOptions(context)
  const { vocabulary } = row
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
  await indexRound(openRun(run).round(round))
  return { dataset, kept: rows - replayed, replayed, pairs: dataset.counts.pairs, funnel: stages.map((stage) => stage.funnel()) }
}

/** What the recipe's filters leave of a micro-round's attempts; older rounds are none of its business, it attempts solved levels itself. */
export async function filterMicro(context: RoundContext, traces: AsyncIterable<Trace>): Promise<Rows<Trace>> {
  const options = await filterOptions(context, traces)
  const filters = context.recipe.harvest.filter(({ needsOlder }) => !needsOlder)
  return openStages(filters, traces, () => options).rows
}

const filterOptions = async (context: RoundContext, attempts: AsyncIterable<Trace>): Promise<FilterOptions> => ({
  seed: deriveSeed(context.seed, 'harvest', context.round),
  likelihood: await harvestLikelihood(context, attempts),
  attempts,
  heldOut: () => heldOutQuestions(context),
  reference: referencesOf(context),
})

/** What the filter at each place may ask for. Older rounds go through the filters before it, each round by itself. */
async function optionsOf(
  context: RoundContext,
  attempts: (number: number) => AsyncIterable<Trace>,
): Promise<(place: number) => FilterOptions> {
  const { recipe, round } = context
  const newest = await filterOptions(context, attempts(round))
  const older = reread(async function* () {
    const place = recipe.harvest.findIndex(({ needsOlder }) => needsOlder)
    for (let number = 1; number < round; number++) {
      const options = await filterOptions(context, attempts(number))
      yield* openStages(recipe.harvest.slice(0, place), attempts(number), () => options).rows
    }
  })
  return (place) => (recipe.harvest[place]?.needsOlder ? { ...newest, older } : newest)
}
