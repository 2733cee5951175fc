import type { Outcome, Role, Trace } from '@whetstone/core'

/** What is known of a task beside its id: a hash of it by the tool that wrote the file, and the key of its question (see similarity's contentKey). */
export type TaskContent = { hash?: string | undefined; question?: string | undefined }

/**
 * What one arm did on one group of tasks (a taskset's level, a benchmark). `passed` of an outcome may be a fraction where a tool scores in
 * between.
 */
export type ResultGroup = {
  name: string
  outcomes: Outcome[]
  /** By task id, where the file tells: equal ids with other content are not the same task. */
  contents: ReadonlyMap<string, TaskContent>
}

export type ResultFormat = 'traces' | 'phase1' | 'lm-eval' | 'inspect' | 'promptfoo' | 'helm' | 'evalplus' | 'table'

/** One arm's results as read from a file or a run. */
export type ResultSet = {
  /** What tables call it. */
  name: string
  /** Which arm of its source, e.g. `candidate, memory on`; empty where the source holds one. */
  arm: string
  source: string
  /** Whose arm it is, where it is one of a round. */
  role?: Role
  format: ResultFormat
  groups: ResultGroup[]
  /** What a reader should know: samples left out, the metric taken. */
  notes: string[]
}

export type Attempted = {
  group: string
  task: string
  cluster: string
  passed: number
  undecided?: boolean
  content?: TaskContent | undefined
}

/** Outcomes and task contents by group, while attempts come in. */
export type GroupsSoFar = Map<string, { outcomes: Map<string, Outcome>; contents: Map<string, TaskContent> }>

/** Adds one attempt to what is known of its task. */
export function addAttempt(groups: GroupsSoFar, { group, task, cluster, passed, undecided, content }: Attempted): void {
  let entry = groups.get(group)
  if (!entry) groups.set(group, (entry = { outcomes: new Map(), contents: new Map() }))
  let outcome = entry.outcomes.get(task)
  if (!outcome) entry.outcomes.set(task, (outcome = { task, cluster, attempts: 0, passed: 0 }))
  outcome.attempts++
  outcome.passed += passed
  if (undecided) outcome.undecided = (outcome.undecided ?? 0) + 1
  if (content?.hash !== undefined || content?.question !== undefined) entry.contents.set(task, content)
}

export const toGroups = (groups: GroupsSoFar): ResultGroup[] =>
  [...groups].map(([name, { outcomes, contents }]) => ({ name, outcomes: [...outcomes.values()], contents }))

/** Outcomes by group from single attempts: several at one task are summed. */
export function groupAttempts(attempts: Iterable<Attempted>): ResultGroup[] {
  const groups: GroupsSoFar = new Map()
  for (const attempt of attempts) addAttempt(groups, attempt)
  return toGroups(groups)
}

/** The attempt that a trace is. */
export const traceAttempt = ({ taskset, level, task, cluster, grade, taskHash }: Trace): Attempted => ({
  group: `${taskset} level ${level}`,
  task,
  cluster,
  passed: grade.passed ? 1 : 0,
  undecided: grade.undecided,
  content: { hash: taskHash ?? undefined },
})
