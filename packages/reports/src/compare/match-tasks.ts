import type { Outcome } from '@whetstone/core'
import type { ResultGroup } from './result-set.ts'

/**
 * Which tasks of two groups are the same. By their questions where both sides tell all of them; else by a hash of one tool, else by id with a word that it could not be checked. Outcomes come back with
 * task ids under which equal tasks meet.
 */
export function matchTasks(a: ResultGroup, b: ResultGroup, sameTool: boolean): { a: Outcome[]; b: Outcome[]; notes: string[] } {
  const [questionsA, questionsB] = [questions(a), questions(b)]
  if (questionsA && questionsB) {
    const asked = new Map(b.outcomes.map(({ task }) => [task, b.contents.get(task)?.question]))
    const changed = a.outcomes.filter(({ task }) => asked.has(task) && asked.get(task) !== a.contents.get(task)?.question).length
    const rename = (group: ResultGroup) => (outcome: Outcome) => {
      const task = group.contents.get(outcome.task)?.question as string
      // A task that stands alone is its own cluster, under its new name too.
      return { ...outcome, task, cluster: outcome.cluster === outcome.task ? task : outcome.cluster }
    }
    const shared = a.outcomes.filter(({ task }) => questionsB.has(a.contents.get(task)?.question as string)).length
    return {
      a: a.outcomes.map(rename(a)),
      b: b.outcomes.map(rename(b)),
      notes: [
        ...(changed > 0
          ? [
              `${changed} ids stand for other questions in the other file: tasks are paired by their questions, ${shared} of ${a.outcomes.length}`,
            ]
          : []),
      ],
    }
  }
  if (
    sameTool &&
    a.outcomes.every(({ task }) => a.contents.get(task)?.hash) &&
    b.outcomes.every(({ task }) => b.contents.get(task)?.hash)
  ) {
    const changed = new Set(
      a.outcomes
        .filter(({ task }) => b.contents.has(task) && b.contents.get(task)?.hash !== a.contents.get(task)?.hash)
        .map(({ task }) => task),
    )
    const same = ({ outcomes }: ResultGroup) => outcomes.filter(({ task }) => !changed.has(task))
    return {
      a: same(a),
      b: same(b),
      notes: changed.size > 0 ? [`${changed.size} tasks have the same id in both but another content, and are left out`] : [],
    }
  }
  return {
    a: a.outcomes,
    b: b.outcomes,
    notes: ['tasks are paired by their ids alone: the files do not tell whether equal ids are the same questions'],
  }
}

/** The questions of a group, if all its tasks tell theirs and no two are the same. */
function questions({ outcomes, contents }: ResultGroup): Set<string> | null {
  const found = new Set<string>()
  for (const { task } of outcomes) {
    const question = contents.get(task)?.question
    if (question === undefined || found.has(question)) return null
    found.add(question)
  }
  return found
}
