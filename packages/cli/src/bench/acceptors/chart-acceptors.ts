import type { TopLevelSpec } from 'vega-lite'
import type { AcceptorBench } from './bench-acceptors.ts'

/** Of the runs of worthless candidates the share that promotes any, an acceptor a row, a world a column; the line is the 2.5% that is promised. */
export function chartAcceptors({ simulated, real }: AcceptorBench): TopLevelSpec {
  const values = [...simulated, ...real].map(({ acceptor, world, share }) => ({ acceptor, world, share: 100 * share }))
  const order = [...new Set(values.map(({ acceptor }) => acceptor))]
  const x = {
    field: 'share',
    type: 'quantitative' as const,
    axis: { title: 'runs that promote a worthless candidate, %' },
    scale: { domain: [0, 100] },
  }
  const y = { field: 'acceptor', type: 'nominal' as const, sort: order, axis: { title: null, labelLimit: 500 } }
  return {
    data: { values },
    facet: {
      row: { field: 'world', type: 'nominal', header: { title: null, labelAngle: 0, labelAlign: 'left', labelFontWeight: 'bold' } },
    },
    spec: {
      width: 420,
      layer: [
        { mark: { type: 'bar', color: '#4c78a8' }, encoding: { x, y } },
        {
          mark: { type: 'text', align: 'left', dx: 4 },
          encoding: { x, y, text: { field: 'share', type: 'quantitative', format: '.1f' } },
        },
        { mark: { type: 'rule', color: '#d62728' }, encoding: { x: { datum: 2.5 } } },
      ],
    },
  }
}
