import { markdownText, points, rate, showP } from '@whetstone/core'
import type { TopLevelSpec } from 'vega-lite'
import { seedsForClaim, type ArmSummary } from './summarize-ablation.ts'

type Told = { name: string; recipe: string; rounds: number; seeds: readonly number[]; model: string; about: ReadonlyMap<string, string> }

/** The table, what stands below it, and the gains by weights and memory, as Markdown; it reads well in a terminal too. */
export function showAblation(rows: readonly ArmSummary[], { name, recipe, rounds, seeds, model, about }: Told): string {
  const tasksets = [...new Set(rows.flatMap(({ byTaskset }) => byTaskset.map(({ taskset }) => taskset)))]
  const first = rows[0]?.arm ?? ''
  const interval = (low: number, high: number, show: (value: number) => string) => `[${show(low)}, ${show(high)}]`
  const main = [
    [
      'arm',
      'seeds',
      'passed, %',
      '95%, over seeds',
      '95%, tasks (these seeds)',
      ...tasksets,
      `against ${first}`,
      '95%, over seeds',
      'p (Holm)',
      'promoted',
    ],
    ...rows.map(({ arm, seeds: n, mean, outcome, tasks, byTaskset, difference, promoted, rounds: done }) => [
      arm,
      String(n),
      rate(mean),
      outcome ? interval(outcome.low, outcome.high, rate) : '',
      interval(tasks.low, tasks.high, rate),
      ...tasksets.map((taskset) => rate(byTaskset.find((each) => each.taskset === taskset)?.mean ?? NaN)),
      difference ? points(difference.mean) : '',
      difference && n > 1 ? interval(difference.low, difference.high, points) : '',
      difference ? (difference.p === null ? `no claim under ${seedsForClaim} seeds` : showP(difference.p)) : '',
      `${promoted} of ${done}`,
    ]),
  ]
  const gains = rows.flatMap(({ arm, cells }) => {
    const at = (weights: string, memory: boolean) => cells.find((cell) => cell.weights === weights && cell.memory === memory)?.mean
    const [off, on, lastOff, lastOn] = [at('first', false), at('first', true), at('last', false), at('last', true)]
    if (off === undefined || lastOff === undefined) return []
    const both = on === undefined || lastOn === undefined ? null : { on, lastOn }
    return [
      [
        arm,
        rate(off),
        both ? rate(both.on) : '',
        rate(lastOff),
        both ? rate(both.lastOn) : '',
        both ? points(both.on - off) : '',
        points(lastOff - off),
        both ? points(both.lastOn - off) : '',
        both ? points(both.lastOn - both.on - (lastOff - off)) : '',
      ],
    ]
  })
  const gainHead = [
    'arm',
    'first weights',
    'first, memory',
    'last weights',
    'last, memory',
    'memory alone',
    'weights alone',
    'both',
    'together beyond the sum',
  ]
  return [
    `# ${markdownText(`${name}: recipe ${recipe}, ${rounds} round${rounds === 1 ? '' : 's'}, seeds ${seeds.join(' ')}`)}`,
    '',
    ...rows.map(({ arm }) => `- ${markdownText(`${arm}: ${about.get(arm) ?? ''}`)}`),
    '',
    ...table(main),
    '',
    `Passed: mean over test levels of what is served after the last round; then over seeds. Differences are paired by seed; the interval over seeds is Student's t. All seeds begin with one pretrained model (${model}): what is shown holds for runs that begin with it, not for other pretrained models.`,
    '',
    '## Gains by weights and memory',
    '',
    ...table([gainHead, ...gains]),
    '',
  ].join('\n')
}

function table(given: readonly (readonly string[])[]): string[] {
  const rows = given.map((row) => row.map(markdownText))
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)))
  const line = (cells: readonly string[]) =>
    // oxlint-disable-next-line escapes/output -- escaped above
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`
  const [head = [], ...rest] = rows
  return [
    line(head),
    `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(Math.max(1, width - 1))}:`)).join(' | ')} |`,
    ...rest.map(line),
  ]
}

/** A dot an arm with its interval over seeds (over tasks where there is one seed), and each seed as a small one. */
export function chartAblation(rows: readonly ArmSummary[], seeds: readonly { arm: string; outcome: number }[]): TopLevelSpec {
  const order = rows.map(({ arm }) => arm)
  const values = rows.map(({ arm, mean, outcome, tasks }) => ({
    arm,
    mean: 100 * mean,
    low: 100 * (outcome ?? tasks).low,
    high: 100 * (outcome ?? tasks).high,
  }))
  const over = rows.every(({ outcome }) => outcome === null) ? 'tasks (these seeds)' : 'seeds'
  const y = { field: 'arm', type: 'nominal' as const, sort: order, axis: { title: null, labelLimit: 300 } }
  const x = (field: string) => ({
    field,
    type: 'quantitative' as const,
    scale: { zero: false },
    axis: { title: `test tasks passed, %: mean and 95% interval over ${over}` },
  })
  return {
    width: 460,
    height: { step: 30 },
    layer: [
      {
        data: { values: seeds.map(({ arm, outcome }) => ({ arm, outcome: 100 * outcome })) },
        mark: { type: 'point', size: 22, color: '#9aa5b1' },
        encoding: { y, x: x('outcome') },
      },
      { data: { values }, mark: { type: 'rule', strokeWidth: 2, color: '#2f855a' }, encoding: { y, x: x('low'), x2: { field: 'high' } } },
      { data: { values }, mark: { type: 'point', filled: true, size: 90, color: '#2f855a' }, encoding: { y, x: x('mean') } },
    ],
  }
}
