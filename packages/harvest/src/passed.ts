import type { Filter } from '@whetstone/core'

/** Keeps what the grader passed. */
export const passed: Filter = { name: 'passed', apply: (traces) => traces.filter((trace) => trace.grade.passed) }
