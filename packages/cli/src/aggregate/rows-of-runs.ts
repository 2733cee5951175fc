import { BadInput, type Example, type Filter, loadPlugin, reread, type Rows, type Trace } from '@whetstone/core'
import { openStages, rowId, toExample, unfoldRewrites, type Aggregated, type Stage } from '@whetstone/harvest'
import { openLines, openRun, reasoningOf } from '@whetstone/runs'
import { heldOutQuestions, referencesOf } from '@whetstone/loop/round/harvest-tasks.ts'
import type { Recipe } from '@whetstone/recipe'

/** The rows that a run's rounds trained on, with what their traces tell. */
export async function* harvestedRows(run: string): AsyncGenerator<Aggregated> {
  for (const round of openRun(run).rounds()) {
    if (round.dataset() === null) continue
    const lineOf = await openLines(run, round.round)
    for await (const example of round.examples()) {
      const line = lineOf(example.trace)
      yield toAggregated(example, line === undefined ? undefined : (JSON.parse(line) as Trace), { run, round: round.round })
    }
  }
}

export type Filtering = { filters: readonly Filter[]; recipe: Recipe; seed: number }

/** All train traces of a run through filters, instead of what its recipe harvested. */
export function filteredRows(run: string, { filters, recipe, seed }: Filtering): { rows: Rows<Aggregated>; stages: Stage[] } {
  const reader = openRun(run)
  const attempts = reread(() => unfoldRewrites(reader.trainTraces()))
  const reference = referencesOf({ run })
  const last = reader.rounds().at(-1)?.round ?? 1
  const heldOut = () => heldOutQuestions({ recipe, run, round: last, seed })
  const { stages, rows } = openStages(filters, attempts, () => ({ seed, attempts, reference, heldOut }))
  const how = { memories: 'keep' as const, instruction: () => null, seed, vocabulary: null }
  return {
    stages,
    rows: reread(async function* () {
      for await (const trace of rows) yield toAggregated(toExample(trace, how) as Example, trace, { run, round: trace.round })
    }),
  }
}

function toAggregated(example: Example, trace: Trace | undefined, { run, round }: { run: string; round: number }): Aggregated {
  return {
    ...example,
    id: rowId(example.messages),
    reasoning: trace && reasoningOf(trace),
    taskset: trace?.taskset ?? null,
    level: trace?.level ?? null,
    task: trace?.task ?? null,
    reward: trace?.grade.reward ?? null,
    // A replayed row names the round that attempted it.
    sources: [{ run, round: trace?.round ?? round, trace: example.trace }],
  }
}

/** Filters by name, in order. */
export async function filtersNamed(names: readonly string[]): Promise<Filter[]> {
  return Promise.all(
    names.map(async (name) => {
      const [plugin = '', ...settings] = name.split(':')
      const made = await loadPlugin('filters', plugin)
      const given = Object.fromEntries(
        settings.map((setting) => {
          const [, key, value] = /^([^=]+)=(.*)$/.exec(setting) ?? []
          if (key === undefined || value === undefined)
            throw new BadInput(`--filters=${name}: settings stand behind colons, e.g. cap-per-task:limit=4`)
          return [key, /^-?[\d.]+$|^(true|false)$/.test(value) ? (JSON.parse(value) as unknown) : value]
        }),
      )
      return (made as unknown as (settings: object) => Filter)(given)
    }),
  )
}
