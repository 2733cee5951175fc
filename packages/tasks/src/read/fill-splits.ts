import type { Split, Task } from '@whetstone/core'
import { splitOfQuestion } from '../distinct-tasks.ts'

/**
 * Tasks of a table that names splits, with those that a loop needs and the table has not: where none is for validation, the train tasks whose questions' hashes say so are, and so are those for test where the
 * table has no test. What the table calls test stays so.
 */
export function fillSplits(tasks: readonly Task[]): Task[] {
  const named = new Set<Split>(tasks.map(({ split }) => split))
  if (named.has('validation') || !named.has('train')) return [...tasks]
  return tasks.map((task) => {
    const own = task.split === 'train' ? splitOfQuestion(task.prompt) : task.split
    return own === 'test' && named.has('test') && task.split === 'train' ? task : { ...task, split: own }
  })
}
