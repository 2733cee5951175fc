import { type Filter, plugin, type Trace } from '@whetstone/core'
import { z } from 'zod'

const clusterOf = ({ taskset, cluster }: Trace) => `${taskset} ${cluster}`

export default plugin({
  name: 'not-guessed',
  about:
    'of answers that were given without a memory, those whose key or template is mostly solved: a digit is guessed right one time in four, and luck is no lesson',
  settings: z.strictObject({
    taskset: z.string().describe('where answers can be guessed; others are left alone'),
    rate: z.number().min(0).max(1).default(0.8).describe('share of such attempts that must have passed'),
  }),
  make: ({ taskset, rate }): Filter => ({
    name: `not-guessed ${taskset}`,
    async *apply(traces) {
      // Read twice: how often each cluster passes without a memory, then the traces.
      const counts = new Map<string, { n: number; passed: number }>()
      const guessed = (trace: Trace) => trace.taskset === taskset && trace.memories.shown.length === 0
      for await (const trace of traces) {
        if (!guessed(trace)) continue
        const at = counts.get(clusterOf(trace)) ?? { n: 0, passed: 0 }
        counts.set(clusterOf(trace), { n: at.n + 1, passed: at.passed + Number(trace.grade.passed) })
      }
      for await (const trace of traces) {
        const { n, passed } = counts.get(clusterOf(trace)) ?? { n: 0, passed: 0 }
        if (!guessed(trace) || passed >= rate * n) yield trace
      }
    },
  }),
})
