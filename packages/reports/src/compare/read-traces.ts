import { readRows, Trace } from '@whetstone/core'
import { readLogRows } from './read-log.ts'
import { addAttempt, toGroups, traceAttempt, type GroupsSoFar, type ResultSet } from './result-set.ts'

/** Packed traces are read whole, ours row by row. */
const rowsOf = (file: string) => (/\.jsonl$/i.test(file) ? readRows(file, Trace) : readLogRows(file, Trace))

/** Our own traces.jsonl: an arm for each policy, groups by taskset and level. */
export async function readTraces(file: string): Promise<ResultSet[]> {
  const policies = new Map<string, GroupsSoFar>()
  for await (const trace of rowsOf(file)) {
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
