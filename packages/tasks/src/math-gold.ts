import type { Task } from '@whetstone/core'
import { goldProblem } from '@whetstone/grading'
import type { LocatedTask } from './distinct-tasks.ts'

/** Leaves out tasks whose gold answer the maths grader cannot read, and says which on stderr: no model is blamed for them. */
export async function gradable(tasks: readonly LocatedTask[]): Promise<Task[]> {
  const problems = await Promise.all(tasks.map(({ task }) => goldProblem(`\\boxed{${task.reference}}`)))
  const report = ({ task, where }: LocatedTask, problem: string) =>
    `${where}: gold answer ${JSON.stringify(task.reference.slice(0, 80))} cannot be graded (${problem}), left out`
  const unreadable = tasks.flatMap((item, i) => (problems[i] ? [report(item, problems[i])] : []))
  for (const line of unreadable.slice(0, 5)) process.stderr.write(`${line}\n`)
  if (unreadable.length > 5) process.stderr.write(`… and ${unreadable.length - 5} more gold answers that cannot be graded, left out\n`)
  return tasks.filter((_, i) => !problems[i]).map(({ task }) => task)
}
