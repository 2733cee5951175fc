import { levelText, type Round } from '@whetstone/core'
import type { ColumnTable } from 'arquero'
import { wideTable } from './tables/wide-table.ts'

type Evaluations = Round['evaluations']

export const armName = ({ model, memory }: Evaluations[number]): string => `${model}, memory ${memory ? 'on' : 'off'}`

/** Arms side by side: a row for each taskset and level, a column for each arm with passed, % [95% interval]; `space` stands inside a cell. */
export const armsTable = (evaluations: Evaluations, space = ' ', round: Pick<Round, 'levelNames'> | null = null): ColumnTable =>
  wideTable(
    evaluations.map((each) => {
      const [passed, low, high] = [each.passRate, ...each.ci].map((share) => (100 * share).toFixed(1))
      return {
        tasks: levelText(each, round),
        n: each.n,
        arm: armName(each),
        passed: `${passed}${space}[${low},${space}${high}]${each.undecided ? `${space}(${each.undecided} undecided)` : ''}`,
      }
    }),
    { by: ['tasks', 'n'], across: 'arm', cell: 'passed' },
  )
