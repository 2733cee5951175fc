import { plugin } from '@whetstone/core'
import type { TopLevelSpec } from 'vega-lite'
import { z } from 'zod'
import type { Chart, Drawn } from '../chart.ts'

export default plugin({
  name: 'compared-rounds',
  about: 'pass rate of what is served after each round, a line a level, beside the table of the rounds',
  settings: z.strictObject({}),
  make: (): Chart<'compared rounds'> => ({
    of: 'compared rounds',
    title: 'Tasks passed by what is served after each round',
    spec,
  }),
})

function spec({ rounds, served }: Drawn['compared rounds']): TopLevelSpec {
  const values = served.flatMap(({ group, rates }) =>
    rates.flatMap((value, index) => (value === null ? [] : [{ group, round: rounds[index]?.round ?? 0, rate: value }])),
  )
  return {
    width: 560,
    height: 260,
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'round', type: 'ordinal', title: 'round', axis: { labelAngle: 0 } },
      y: { field: 'rate', type: 'quantitative', title: 'passed', axis: { format: '%' }, scale: { domain: [0, 1] } },
      color: { field: 'group', type: 'nominal', title: null, sort: served.map(({ group }) => group) },
    },
  }
}
