import { readJsonl, Trace } from '@whetstone/core'
import { groupAttempts, type ResultSet } from './result-set.ts'

/** Our own traces.jsonl: an arm for each policy, groups by taskset and level. */
export function readTraces(file: string): ResultSet[] {
  const policies = Map.groupBy(
    readJsonl(file, Trace),
    ({ policy }) => `${policy.model}, memory ${policy.bank === null ? 'off' : `on (${policy.bank})`}`,
  )
  return [...policies].map(([policy, traces]) => ({
    name: policies.size > 1 ? `${file} (${policy})` : file,
    arm: policies.size > 1 ? policy : '',
    source: file,
    format: 'traces',
    groups: groupAttempts(
      traces.map((trace) => ({
        group: `${trace.taskset} level ${trace.level}`,
        task: trace.task,
        cluster: trace.cluster,
        passed: trace.grade.passed ? 1 : 0,
      })),
    ),
    notes: [],
  }))
}
