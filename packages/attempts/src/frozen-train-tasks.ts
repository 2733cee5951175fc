import type { Task } from '@whetstone/core'
import type { RoundReader } from '@whetstone/runs'

/** The train tasks of some ids as the round froze them, in its order. */
export async function frozenTrainTasks(reader: RoundReader, ids: ReadonlySet<string>): Promise<Task[]> {
  const found: Task[] = []
  for await (const { hash: _, grader: __, ...task } of reader.tasks()) if (task.split === 'train' && ids.has(task.id)) found.push(task)
  return found
}
