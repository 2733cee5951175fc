import { readRows, Trace } from '@whetstone/core'
import { addAttempt, toGroups, traceAttempt, type GroupsSoFar, type ResultSet } from './result-set.ts'

/** Our own traces.jsonl: an arm for each policy, groups by taskset and level. */
export async function readTraces(file: string): Promise<ResultSet[]> {
  const policies = new Map<string, GroupsSoFar>()
  for await (const trace of readRows(file, Trace)) {
    const policy = `${trace.policy.model}, memory ${trace.policy.bank === null ? 'off' : `on (${trace.policy.bank})`}`
    let groups = policies.get(policy)
    if (!groups) policies.set(policy, (groups = new Map()))
    addAttempt(groups, traceAttempt(trace))
  }
  return [...policies].map(([policy, groups]) => ({
    name: policies.size > 1 ? `${file} (${policy})` : file,
    arm: policies.size > 1 ? policy : '',
    source: file,
    format: 'traces',
    groups: toGroups(groups),
    notes: [],
  }))
}
