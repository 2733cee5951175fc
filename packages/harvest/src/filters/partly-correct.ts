import { type Filter, plugin } from '@whetstone/core'
import { z } from 'zod'

export default plugin({
  name: 'partly-correct',
  about:
    'keeps what the grader passed and what earned at least so much partial credit (steps right, tests passed), as Minimal Open Reasoner does; in place of `passed`',
  settings: z.strictObject({ least: z.number().min(0).max(1).default(0.5).describe('least reward of a trace that did not pass') }),
  make: ({ least }): Filter => ({
    name: `partly-correct ${least}`,
    async *apply(traces, { dropped }) {
      for await (const trace of traces)
        if (trace.grade.passed || trace.grade.reward >= least) yield trace
        else dropped?.(trace, `reward ${Number(trace.grade.reward.toFixed(3))} (${trace.grade.reason})`)
    },
  }),
})
