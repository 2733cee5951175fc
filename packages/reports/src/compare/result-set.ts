import type { Outcome } from '@whetstone/core'

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
  format: ResultFormat
  groups: ResultGroup[]
  /** What a reader should know: samples left out, the metric taken. */
  notes: string[]
}

export type Attempted = { group: string; task: string; cluster: string; passed: number; content?: TaskContent | undefined }

/** Outcomes by group from single attempts: several at one task are summed. */
export function groupAttempts(attempts: Iterable<Attempted>): ResultGroup[] {
  const groups = new Map<string, { outcomes: Map<string, Outcome>; contents: Map<string, TaskContent> }>()
  for (const { group, task, cluster, passed, content } of attempts) {
    let entry = groups.get(group)
    if (!entry) groups.set(group, (entry = { outcomes: new Map(), contents: new Map() }))
    const outcome = entry.outcomes.get(task)
    entry.outcomes.set(task, { task, cluster, attempts: (outcome?.attempts ?? 0) + 1, passed: (outcome?.passed ?? 0) + passed })
    if (content?.hash !== undefined || content?.question !== undefined) entry.contents.set(task, content)
  }
  return [...groups].map(([name, { outcomes, contents }]) => ({ name, outcomes: [...outcomes.values()], contents }))
}
