import type { Outcome } from '@whetstone/core'

/**
 * What one arm did on one group of tasks (a taskset's level, a benchmark). `passed` of an outcome may be a fraction where a tool scores in
 * between.
 */
export type ResultGroup = {
  name: string
  outcomes: Outcome[]
  /** A hash of each task's content by task id, where the file tells: equal ids with other content are not the same task. */
  contents: ReadonlyMap<string, string>
}

/** One arm's results as read from a file or a run. */
export type ResultSet = {
  /** What tables call it. */
  name: string
  /** Which arm of its source, e.g. `candidate, memory on`; empty where the source holds one. */
  arm: string
  source: string
  format: 'traces' | 'phase1' | 'lm-eval' | 'inspect'
  groups: ResultGroup[]
  /** What a reader should know: samples left out, the metric taken. */
  notes: string[]
}

/** Outcomes by group from single attempts. */
export function groupAttempts(
  attempts: Iterable<{ group: string; task: string; cluster: string; passed: number; content?: string }>,
): ResultGroup[] {
  const groups = new Map<string, { outcomes: Map<string, Outcome>; contents: Map<string, string> }>()
  for (const { group, task, cluster, passed, content } of attempts) {
    let entry = groups.get(group)
    if (!entry) groups.set(group, (entry = { outcomes: new Map(), contents: new Map() }))
    const outcome = entry.outcomes.get(task)
    entry.outcomes.set(task, { task, cluster, attempts: (outcome?.attempts ?? 0) + 1, passed: (outcome?.passed ?? 0) + passed })
    if (content !== undefined) entry.contents.set(task, content)
  }
  return [...groups].map(([name, { outcomes, contents }]) => ({ name, outcomes: [...outcomes.values()], contents }))
}
