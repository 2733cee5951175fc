import { renderSvg } from '../render-chart.ts'
import type { RoundsCompared } from './compare-rounds.ts'

/** Pass rate of what is served after each round, a line for each taskset and level. As SVG text. */
export function chartRounds({ rounds, served }: RoundsCompared): Promise<string> {
  const values = served.flatMap(({ group, rates }) =>
    rates.flatMap((value, index) => (value === null ? [] : [{ group, round: rounds[index]?.round ?? 0, rate: value }])),
  )
  return renderSvg({
    width: 560,
    height: 260,
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'round', type: 'ordinal', title: 'round', axis: { labelAngle: 0 } },
      y: { field: 'rate', type: 'quantitative', title: 'passed', axis: { format: '%' }, scale: { domain: [0, 1] } },
      color: { field: 'group', type: 'nominal', title: null, sort: served.map(({ group }) => group) },
    },
  })
}
