import { type Filter, plugin } from '@whetstone/core'
import { z } from 'zod'

export default plugin({
  name: 'passed',
  about: 'keeps what the grader passed',
  settings: z.strictObject({}),
  make: (): Filter => ({
    name: 'passed',
    async *apply(traces, { dropped }) {
      for await (const trace of traces)
        if (trace.grade.passed) yield trace
        else dropped?.(trace, trace.grade.reason)
    },
  }),
})
