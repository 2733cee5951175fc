import type { Outcome } from '@whetstone/core'
import type { ResultGroup } from './result-set.ts'

type Matched = { a: Outcome[]; b: Outcome[]; notes: string[] }

/**
 * Which tasks of two groups are the same. By their questions where both sides tell all of them apart; else by id where the contents that both sides tell (question, or a hash of one tool) are equal; else by id with a word that it could not be checked. Outcomes come back with task ids under which equal tasks
 * meet.
 */
export function matchTasks(a: ResultGroup, b: ResultGroup, sameTool: boolean): Matched {
  const [questionsA, questionsB] = [questions(a), questions(b)]
  if (questionsA && questionsB) return byQuestion(a, b, questionsB)
  const byHash = sameTool && allHashed(a) && allHashed(b)
  const [own, known] = [contentOf(a, byHash), contentOf(b, byHash)]
  const ids = new Set(b.outcomes.map(({ task }) => task))
  const common = a.outcomes.filter(({ task }) => ids.has(task))
  const checked = common.filter(({ task }) => own(task) !== undefined && known(task) !== undefined)
  const changed = new Set(checked.filter(({ task }) => own(task) !== known(task)).map(({ task }) => task))
  const same = ({ outcomes }: ResultGroup) => outcomes.filter(({ task }) => !changed.has(task))
  const unchecked = common.length - checked.length
  return {
    a: same(a),
    b: same(b),
    notes: [
      ...(common.length === 0
        ? [
            `no task stands in both: ids as ${exampleOf(a)} in one, as ${exampleOf(b)} in the other: give both the same ids, or their questions`,
          ]
        : []),
      ...(changed.size > 0 ? [`${changed.size} tasks have the same id in both but another content, and are left out`] : []),
      ...(unchecked > 0
        ? [
            unchecked === common.length
              ? 'tasks are paired by their ids alone: the files do not tell whether equal ids are the same questions'
              : `${unchecked} of ${common.length} tasks are paired by their ids alone: the files do not tell their questions`,
          ]
        : []),
    ],
  }
}

const exampleOf = ({ outcomes }: ResultGroup) => JSON.stringify(outcomes[0]?.task.slice(0, 40) ?? 'none')

function byQuestion(a: ResultGroup, b: ResultGroup, known: ReadonlySet<string>): Matched {
  const asked = new Map(b.outcomes.map(({ task }) => [task, b.contents.get(task)?.question]))
  const changed = a.outcomes.filter(({ task }) => asked.has(task) && asked.get(task) !== a.contents.get(task)?.question).length
  const rename = (group: ResultGroup) => (outcome: Outcome) => {
    const task = group.contents.get(outcome.task)?.question as string
    // A task that stands alone is its own cluster, under its new name too.
    return { ...outcome, task, cluster: outcome.cluster === outcome.task ? task : outcome.cluster }
  }
  const shared = a.outcomes.filter(({ task }) => known.has(a.contents.get(task)?.question as string)).length
  return {
    a: a.outcomes.map(rename(a)),
    b: b.outcomes.map(rename(b)),
    notes:
      changed > 0
        ? [
            `${changed} ids stand for other questions in the other file: tasks are paired by their questions, ${shared} of ${a.outcomes.length}`,
          ]
        : [],
  }
}

/** What is told of a task that the other side can be held against: hashes are of one tool, questions of all. */
const contentOf =
  ({ contents }: ResultGroup, byHash: boolean) =>
  (task: string): string | undefined =>
    contents.get(task)?.[byHash ? 'hash' : 'question']
const allHashed = ({ outcomes, contents }: ResultGroup) => outcomes.every(({ task }) => contents.get(task)?.hash !== undefined)

/** Whether both sides tell the content of some task. */
export const tellContents = (a: ResultGroup, b: ResultGroup): boolean => {
  const tells = ({ contents }: ResultGroup, what: 'hash' | 'question') =>
    [...contents.values()].some((content) => content[what] !== undefined)
  return (tells(a, 'question') && tells(b, 'question')) || (tells(a, 'hash') && tells(b, 'hash'))
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
