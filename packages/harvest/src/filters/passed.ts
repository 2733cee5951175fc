import type { Filter } from '@whetstone/core'

/** Keeps what the grader passed. */
export const passed: Filter = {
  name: 'passed',
  async *apply(traces) {
    for await (const trace of traces) if (trace.grade.passed) yield trace
  },
}
