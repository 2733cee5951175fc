import type { Split, Task } from '@whetstone/core'
import { BadInput, hash } from '@whetstone/core'
import { contentKey, nearDuplicates, normalizeText } from '@whetstone/similarity'

/** A task and the place it was read from, `file:line`. */
export type LocatedTask = { task: Task; where: string }

export type DistinctTasks = {
  tasks: LocatedTask[]
  /** Rows that asked a question again, with the same answer: left out. */
  repeated: number
  /** Tasks that were moved to the split of another that asks nearly the same. */
  moved: { task: string; where: string; from: Split; to: Split; like: string }[]
  /** Questions of templates that differ in a word or two, which stay where they are. */
  templated: number
}

/** Questions this alike (estimated Jaccard similarity of word pairs) ask the same in other words. */
const alike = 0.8
/** A cluster of more than this many questions, or of this share of all, is a template whose slots hold words: its tasks are different ones. */
const mostAlike = { count: 8, share: 0.01 }

/** Where a question stands in several splits, it belongs to the one that must not be learned from. */
const strictest: readonly Split[] = ['test', 'validation', 'train']

/**
 * Each question once, and whatever asks nearly the same in one split: what is trained on never is validation in other words. Questions are compared by content (case, spacing, also round signs, and width apart), then by
 * MinHash; questions of a template that differ in a number are different tasks. One question with two answers is refused with both rows: which of them is right only the owner knows.
 */
export function distinctTasks(located: readonly LocatedTask[], sameAnswer: (a: Task, b: Task) => boolean = sameReference): DistinctTasks {
  const first = new Map<string, LocatedTask>()
  const conflicts: string[] = []
  let repeated = 0
  for (const item of located) {
    const key = questionKey(item.task.prompt)
    const before = first.get(key)
    if (before === undefined) {
      first.set(key, item)
      continue
    }
    if (!sameAnswer(before.task, item.task))
      conflicts.push(`${before.where} answers ${quote(before.task.reference)}, ${item.where} ${quote(item.task.reference)}`)
    // The same question in two splits is kept in the stricter one.
    if (strictest.indexOf(item.task.split) < strictest.indexOf(before.task.split)) first.set(key, item)
    repeated++
  }
  if (conflicts.length > 0) {
    const more = conflicts.length > 3 ? ` and ${conflicts.length - 3} more` : ''
    throw new BadInput(`One question with two answers: ${conflicts.slice(0, 3).join('; ')}${more}: keep the right row of each`)
  }
  const kept = [...first.values()]
  return { ...joinSplits(kept), repeated }
}

/** White space round signs says nothing either: `1+1 ?` asks what `1 + 1?` asks. */
const questionKey = (question: string) => contentKey(normalizeText(question).replace(/ ?([-+*/=<>^×÷?!]) ?/g, '$1'))

function joinSplits(kept: readonly LocatedTask[]): Omit<DistinctTasks, 'repeated'> {
  const heads = nearDuplicates(
    kept.map(({ task }) => task.prompt),
    kept.length,
    { threshold: alike },
  )
  const clusters = Map.groupBy(kept.keys(), (index) => heads[index] as number)
  const moved: DistinctTasks['moved'] = []
  const tasks = [...kept]
  let templated = 0
  for (const members of clusters.values()) {
    if (members.length < 2) continue
    if (members.length > Math.max(mostAlike.count, mostAlike.share * kept.length)) {
      templated += members.length
      continue
    }
    const to = strictest.find((split) => members.some((index) => kept[index]?.task.split === split)) as Split
    const like = members.find((index) => kept[index]?.task.split === to) as number
    for (const index of members) {
      const { task, where } = kept[index] as LocatedTask
      if (task.split === to) continue
      tasks[index] = { task: { ...task, split: to }, where }
      moved.push({ task: task.id, where, from: task.split, to, like: (kept[like] as LocatedTask).where })
    }
  }
  return { tasks, moved, templated }
}

const sameReference = (a: Task, b: Task) => contentKey(a.reference) === contentKey(b.reference)
const quote = (text: string) => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)

/** The split of a question by the hash of its content: 70% train, 20% validation, 10% test, whatever its id or its place in the file. */
export function splitOfQuestion(question: string): Split {
  const share = parseInt(hash(contentKey(question)).slice(0, 8), 16) / 0x100000000
  return share < 0.7 ? 'train' : share < 0.9 ? 'validation' : 'test'
}
