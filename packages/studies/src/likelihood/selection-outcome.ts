import { likelihoodByType, type TypeCurves } from '@whetstone/evaluation'
import type { Figure, ReproductionChart, ReproductionTable } from '@whetstone/runs'
import { comparePairs, wilson } from '@whetstone/statistics'
import type { Outcome, SetResult } from './selection-study.ts'

const percent = (share: number): number => Math.round(1000 * share) / 10
const measures: [keyof TypeCurves, string][] = [
  ['avg_token_log_likelihood', 'log-likelihood a token'],
  ['avg_perplexity', 'perplexity'],
  ['avg_entropy', 'entropy, nats'],
  ['avg_tokens', 'tokens'],
]

/** Curves of every measure by type over checkpoints, for a page. */
export const curveCharts = (
  title: string,
  x: string,
  { steps, results_by_type }: ReturnType<typeof likelihoodByType>,
): ReproductionChart[] =>
  measures.map(([measure, y]) => ({
    title: `${title}: ${y}`,
    x,
    y,
    points: Object.entries(results_by_type).flatMap(([series, curves]) =>
      (curves[measure] as (number | null)[]).flatMap((value, place) =>
        value === null ? [] : [{ series, x: steps[place] as number, y: value }],
      ),
    ),
  }))

/** What came of training on sets chosen by likelihood: figures with intervals at the level that counts, a table of all sets, curves of the first seed. */
export function selectionOutcome(
  results: readonly SetResult[],
  frontier: number,
): { ours: Figure[]; tables: ReproductionTable[]; charts: ReproductionChart[]; verdict: string[] } {
  const levels = [...new Set(results.flatMap(({ outcomes }) => outcomes.map(({ level }) => level)))].sort((a, b) => a - b)
  const seeds = [...new Set(results.map(({ seed }) => seed))]
  const of = (order: SetResult['order']) => results.filter((each) => each.order === order)
  const rate = (some: readonly SetResult[], level: number) => {
    const at = some.flatMap(({ outcomes }) => outcomes.filter((each) => each.level === level))
    return { passed: at.filter(({ passed }) => passed).length, n: at.length }
  }
  const arms = [
    { name: 'the most likely', sets: of('highest') },
    { name: 'the least likely', sets: of('lowest') },
    { name: 'random', sets: of('random') },
  ]
  const against = arms.slice(0, 2).map(({ name, sets }) => ({ name, ...compare(sets, of('random'), frontier) }))
  const range = of('random').map((set) => percent(share(rate([set], frontier))))
  return {
    ours: [
      ...arms.map(({ name, sets }) => {
        const { passed, n } = rate(sets, frontier)
        const { low, high } = wilson(passed, n)
        return {
          what: `level ${frontier} after training on ${name}, %`,
          value: percent(passed / n),
          interval: [percent(low), percent(high)] as [number, number],
          n,
        }
      }),
      ...against.map(({ name, difference, low, high, twoSided, n }) => ({
        what: `${name} against random, points at level ${frontier}`,
        value: percent(difference),
        interval: [percent(low), percent(high)] as [number, number],
        n,
        p: twoSided,
      })),
    ],
    tables: [
      {
        title: 'Trained on sets of equal size, chosen by their likelihood under the model itself',
        note: 'Greedy attempts at validation tasks, passed in %; equally many rows and steps.',
        columns: ['set', 'seed', 'rows', 'log-likelihood a token', 'tokens a row', ...levels.map((level) => `level ${level}`)],
        rows: results.map((each) => [
          ...[each.set, each.seed, each.rows, Number(each.likelihood.toFixed(4)), Number(each.tokens.toFixed(1))],
          ...levels.map((level) => percent(share(rate([each], level)))),
        ]),
      },
    ],
    charts: ['high', 'low', 'random 1'].flatMap((set) => {
      const first = results.find((each) => each.set === set && each.seed === seeds[0])
      return first ? curveCharts(`trained on ${set}, seed ${first.seed}`, 'step', likelihoodByType(first.checkpoints)) : []
    }),
    verdict: [
      `At level ${frontier}: ${arms.map(({ name, sets }) => `${name} ${percent(share(rate(sets, frontier)))}%`).join(', ')}${range.length > 1 ? `; the ${range.length} random sets range from ${Math.min(...range)} to ${Math.max(...range)}%` : ''}.`,
      ...against.map(
        ({ name, difference, low, high }) =>
          `${name[0]?.toUpperCase()}${name.slice(1)} against random: ${signed(difference)} points, 95% interval ${signed(low)} to ${signed(high)}${low > 0 || high < 0 ? '' : ': no difference is shown'}.`,
      ),
      `The intervals are over tasks, with these ${seeds.length === 1 ? 'trainings of one seed' : `${seeds.length} seeds' trainings`} as they are; ${range.length > 1 ? 'how far the random sets lie apart says what another training would change' : 'what another training would change is not in them (without --quick five random sets show it)'}.`,
    ],
  }
}

const share = ({ passed, n }: { passed: number; n: number }) => passed / Math.max(1, n)
const signed = (difference: number) => `${difference >= 0 ? '+' : ''}${percent(difference)}`

/** Paired by seed and task: one set's attempts against the mean of the others' at the same task. */
function compare(sets: readonly SetResult[], others: readonly SetResult[], level: number) {
  const means = (some: readonly SetResult[]) => {
    const by = new Map<string, Outcome[]>()
    for (const outcome of some.flatMap(({ outcomes }) => outcomes)) {
      if (outcome.level !== level) continue
      const key = `${outcome.seed} ${outcome.task}`
      by.set(key, [...(by.get(key) ?? []), outcome])
    }
    return new Map([...by].map(([key, own]) => [key, own.filter(({ passed }) => passed).length / own.length]))
  }
  const [treatment, control] = [means(sets), means(others)]
  const pairs = [...treatment].flatMap(([key, value]) => {
    const other = control.get(key)
    // The same task under another seed is not another task.
    return other === undefined
      ? []
      : [{ task: key, cluster: key.slice(key.indexOf(' ') + 1), treatment: value, control: other, attempts: 1 }]
  })
  return { ...comparePairs(pairs, { seed: 1 }), n: pairs.length }
}
