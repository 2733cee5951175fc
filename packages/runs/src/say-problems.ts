import type { RunReader } from './open-run.ts'

/** What of a run cannot be read, behind a sentence that misses it: a round whose record is torn is no round that was never done. Empty where all can. */
export function sayProblems(run: RunReader): string {
  for (const reader of run.rounds()) reader.finished()
  const [first, ...others] = run.problems
  return first
    ? `. ${first.file} cannot be read (${first.kind})${others.length > 0 ? `, and ${others.length} more` : ''}: npx nx run loops:status --run=${run.run} says more`
    : ''
}
