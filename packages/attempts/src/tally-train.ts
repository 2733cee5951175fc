import { statSync } from 'node:fs'
import { AttemptNotes, readRows, Trace } from '@whetstone/core'
import type { LevelRate, TrainAttempts } from '@whetstone/runs'

/**
 * Counts over a file of train traces that grows while its levels are climbed: each look reads only what has been appended since the last.
 * `rates` is pass@1 by taskset and level: the share of attempts that passed, of those from which no memory was withheld by the
 * hold-out, less those at tasks `unlike` the others (what stayed unsolved before).
 */
export function tallyTrain(file: string, unlike: ReadonlySet<string> = new Set()) {
  const counts: Pick<TrainAttempts, 'attempted' | 'passed' | 'ends' | 'truncated' | 'context' | 'undecided' | 'tokens' | 'notes'> = {
    attempted: 0,
    passed: 0,
    ends: {},
    truncated: 0,
    context: 0,
    undecided: 0,
    tokens: { prompt: 0, completion: 0 },
    notes: AttemptNotes.parse({}),
  }
  const levels = new Map<string, { taskset: string; level: number; n: number; passed: number }>()
  let read = 0
  return {
    async rates(): Promise<LevelRate[]> {
      const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
      for await (const trace of readRows(file, Trace, {
        from: read,
        to: size,
        optional: true,
      })) {
        const { task, taskset, level, grade, memories, tokens, truncated, finish } = trace
        counts.attempted++
        note(counts.notes, trace)
        if (grade.passed) counts.passed++
        if (truncated) counts.truncated++
        if (finish !== 'stop') counts.ends[finish] = (counts.ends[finish] ?? 0) + 1
        if (finish === 'context') counts.context++
        if (grade.undecided) counts.undecided++
        counts.tokens.prompt += tokens.prompt
        counts.tokens.completion += tokens.completion
        if (memories.withheld.length > 0 || unlike.has(task)) continue
        const name = `${taskset} ${level}`
        let at = levels.get(name)
        if (!at) levels.set(name, (at = { taskset, level, n: 0, passed: 0 }))
        at.n++
        if (grade.passed) at.passed++
      }
      read = size
      return [...levels.values()].map(({ taskset, level, n, passed }) => ({ taskset, level, n, rate: passed / n }))
    },
    counts: () => counts,
  }
}

function note(notes: AttemptNotes, { grade, hinted, dropped, stopped, taught }: Trace): void {
  if (!grade.passed && grade.parts['answer'] === 1) notes.invalid++
  if (hinted) notes.hinted++
  if (stopped !== undefined) notes.stopped++
  notes.leaks += dropped?.leaks ?? 0
  notes.rewrites += dropped?.rewrites ?? 0
  notes.taught.prompt += taught?.prompt ?? 0
  notes.taught.completion += taught?.completion ?? 0
}
