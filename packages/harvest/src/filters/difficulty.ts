import { BadInput, type Filter, plugin } from '@whetstone/core'
import { z } from 'zod'

export default plugin({
  name: 'difficulty',
  about:
    "keeps traces of tasks that a share of the round's attempts solves, counted before any filter: neither those that always pass nor those that hardly ever do",
  settings: z.strictObject({
    least: z.number().min(0).max(1).default(0.1).describe("least share of a task's attempts that passed"),
    most: z.number().min(0).max(1).default(0.9),
    attempts: z.number().int().positive().default(2).describe('tasks with fewer attempts are kept: their share says nothing'),
  }),
  make: ({ least, most, attempts: fewest }): Filter => {
    if (least > most) throw new BadInput(`difficulty: least ${least} is above most ${most}`)
    return {
      name: `difficulty ${least}..${most}`,
      async *apply(traces, { attempts = traces, dropped }) {
        const counts = new Map<string, { n: number; passed: number }>()
        for await (const { task, grade } of attempts) {
          const own = counts.get(task)
          if (own) {
            own.n++
            own.passed += Number(grade.passed)
          } else counts.set(task, { n: 1, passed: Number(grade.passed) })
        }
        for await (const trace of traces) {
          const { n, passed } = counts.get(trace.task) ?? { n: 0, passed: 0 }
          if (n < fewest || (passed / n >= least && passed / n <= most)) yield trace
          else dropped?.(trace, `${passed} of ${n} attempts pass`)
        }
      },
    }
  },
})
