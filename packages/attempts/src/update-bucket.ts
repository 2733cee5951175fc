import type { Grade, Task } from '@whetstone/core'
import type { Unsolved } from '@whetstone/runs'

/** The list after a round's attempts: solved tasks leave it, failed ones come in or count one attempt more. */
export function updateBucket(
  before: readonly Unsolved[],
  traces: readonly { task: string; grade: Pick<Grade, 'passed' | 'reason'> }[],
  tasks: ReadonlyMap<string, Task>,
  round: number,
): Unsolved[] {
  const bucket = new Map(before.map((entry) => [entry.task.id, entry]))
  for (const [id, group] of Map.groupBy(traces, ({ task }) => task)) {
    if (group.some(({ grade }) => grade.passed)) {
      bucket.delete(id)
      continue
    }
    const { task, attempts, since, reasons } = bucket.get(id) ?? { task: tasks.get(id) as Task, attempts: 0, since: round, reasons: {} }
    const counts = { ...reasons }
    for (const { grade } of group) counts[grade.reason] = (counts[grade.reason] ?? 0) + 1
    bucket.set(id, { task, attempts: attempts + group.length, since, reasons: counts })
  }
  return [...bucket.values()]
}
