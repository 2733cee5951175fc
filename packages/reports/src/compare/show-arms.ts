import { duration, markdownText, points, rate } from '@whetstone/core'
import type { TextTable } from '../tables/text-table.ts'
import { showTable } from '../tables/show-table.ts'
import { wrap } from '../tables/wrap.ts'
import { fates, fateWords, type ArmsCompared } from './compare-arms.ts'
import type { ComparedArm } from './compared-arm.ts'
import { conclude } from './show-comparison.ts'

export const shownSplit = (split: ComparedArm['split']): string =>
  ({ validation: 'validation, selected upon', test: 'test', unknown: 'split not told' })[split]

const letter = (index: number) => String.fromCharCode(65 + index)

/** The tables of a comparison: arms under letters, so that eight of them fit a terminal of 80 columns. */
function tables({ arms, levels, matrix, settings }: ArmsCompared): { title: string; table: TextTable }[] {
  return [
    {
      title: 'Policies, A the control',
      table: {
        head: ['', 'policy', 'tasks', 'passed', '95% interval', 'split', 'time', 'time a point'],
        rows: arms.map((arm, index) => [
          letter(index),
          clip(arm.name, 38),
          String(arm.n),
          rate(arm.rate),
          `${rate(arm.low)} to ${rate(arm.high)}`,
          shownSplit(arm.split),
          arm.cost ? duration(arm.cost.seconds) : '-',
          arm.perPoint ? duration(arm.perPoint.seconds) : '-',
        ]),
      },
    },
    {
      title: 'Tasks against A',
      table: {
        head: ['', ...fates.map((fate) => fateWords[fate])],
        rows: matrix.map(({ counts }, index) => [letter(index + 1), ...fates.map((fate) => String(counts[fate]))]),
      },
    },
    {
      title: 'Passed by level, % with 95% interval',
      table: {
        head: ['level', ...arms.map((_, index) => letter(index))],
        rows: levels.map(({ group, cells }) => [
          group,
          ...cells.map((cell) => (cell ? `${digit(cell.rate)} [${digit(cell.low)}, ${digit(cell.high)}]` : '-')),
        ]),
      },
    },
    ...(settings.length > 0
      ? [
          {
            title: 'Settings that differ',
            table: {
              head: ['setting', ...arms.map((_, index) => letter(index))],
              rows: settings.slice(0, 40).map(({ path, values }) => [path, ...values.map((value) => clip(value ?? '-', 24))]),
            },
          },
        ]
      : []),
  ]
}

const digit = (value: number) => (100 * value).toFixed(1)
const clip = (words: string, most: number) => (words.length > most ? `${words.slice(0, most - 1)}…` : words)

const verdicts = ({ comparisons }: ArmsCompared) =>
  comparisons.map(
    (comparison, index) =>
      `${letter(index + 1)} against A: ${points(comparison.all.difference)} points (95% ${points(comparison.all.low)} to ${points(comparison.all.high)}) on ${comparison.all.n} tasks. ${conclude(comparison, comparisons.length)}`,
  )
const notesOf = ({ notes, comparisons }: ArmsCompared) => [...new Set([...notes, ...comparisons.flatMap((comparison) => comparison.notes)])]

/** What the columns of cost mean, where they hold something. */
const costNote = ({ arms }: ArmsCompared): string[] => [
  ...(arms.some(({ cost }) => cost)
    ? ["time: all rounds of the run up to there, sampling and training; time a point: what each point gained over A took beyond A's time"]
    : []),
]

/** A comparison in a terminal. */
export const showArms = (compared: ArmsCompared): string =>
  [
    ...tables(compared).map(({ title, table }) => `${title}\n${showTable(table)}`),
    [...verdicts(compared), ...[...costNote(compared), ...notesOf(compared)].map((note) => `note: ${note}`)]
      .map((line) => wrap(line, '  '))
      .join('\n'),
  ].join('\n\n')

/** The same for a pull request. */
export const armsMarkdown = (compared: ArmsCompared): string =>
  `${[
    '### Comparison',
    verdicts(compared)
      .map((line) => `- ${markdownText(line)}`)
      .join('\n'),
    ...tables(compared).map(({ title, table: { head, rows } }) =>
      [
        `**${markdownText(title)}**`,
        '',
        ...[head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(markdownText).join(' | ')} |`),
      ].join('\n'),
    ),
    ...notesOf(compared).map((note) => `Note: ${markdownText(note)}`),
  ].join('\n\n')}\n`
