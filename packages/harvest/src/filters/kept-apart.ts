import { type Filter, plugin } from '@whetstone/core'
import { z } from 'zod'
import { isKeptApart } from '../is-kept-apart.ts'

export default plugin({
  name: 'kept-apart',
  about: 'a share of the tasks, the same in every round, never becomes rows: what is known of them afterwards was not learned by heart',
  settings: z.strictObject({
    taskset: z.string().describe('whose tasks; others are left alone'),
    share: z.number().positive().max(0.9).default(0.25).describe('share of its train tasks, by the hash of their ids'),
  }),
  make: ({ taskset, share }): Filter => ({
    name: `kept-apart ${taskset} ${share}`,
    async *apply(traces) {
      for await (const trace of traces) if (trace.taskset !== taskset || !isKeptApart(trace.task, share)) yield trace
    },
  }),
})
