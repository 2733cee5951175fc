import type { RoundReader, TraceFile } from '@whetstone/runs'

/** The files of traces of a round, by the names that pages use. */
export function traceFiles(reader: RoundReader): { name: string; says: string; traces: TraceFile }[] {
  const arms = reader
    .arms()
    .map(({ name, role, memory, traces }) => ({ name, says: `validation, ${role}, memory ${memory ? 'on' : 'off'}`, traces }))
  const retests = (['incumbent', 'candidate'] as const).map((role) => ({
    name: `retest-${role}`,
    says: `re-test of what failed, ${role}`,
    traces: reader.retest(role),
  }))
  return [{ name: 'train', says: 'train attempts', traces: reader.traces }, ...arms, ...retests].filter(({ traces }) => traces.exists)
}
