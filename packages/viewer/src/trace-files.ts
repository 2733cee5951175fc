import type { RoundReader, TraceFile } from '@whetstone/runs'

/** The files of traces of a round, by the names that pages use. */
export function traceFiles(reader: RoundReader): { name: string; says: string; traces: TraceFile }[] {
  const measured = reader.arms()
  const arms = measured.map(({ name, role, memory, bank, traces }) => {
    const says = `validation, ${role}, memory ${memory ? 'on' : 'off'}`
    // the incumbent is measured with the old bank too, and the run's best models of earlier rounds are several
    const alike = measured.filter((other) => other.role === role && other.memory === memory).length > 1
    return { name, says: alike ? `${says} (${[bank && `bank ${bank}`, name].filter(Boolean).join(', ')})` : says, traces }
  })
  const retests = (['incumbent', 'candidate'] as const).map((role) => ({
    name: `retest-${role}`,
    says: `re-test of what failed, ${role}`,
    traces: reader.retest(role),
  }))
  return [{ name: 'train', says: 'train attempts', traces: reader.traces }, ...arms, ...retests].filter(({ traces }) => traces.exists)
}
