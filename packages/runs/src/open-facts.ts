import { openRun } from './open-run.ts'

/** What rows want of the traces that they came from. */
export type TraceFacts = {
  task: string
  taskset: string
  split: string
  /** The think block of the call that gave the answer. */
  reasoning: string | undefined
}

/** Finds lines of traces by id in a round's own file first, then in older ones, whose attempts are replayed. */
export async function openLines(run: string, round: number): Promise<(id: string) => string | undefined> {
  const lookups: ((id: string) => string | undefined)[] = []
  for (let at = round; at >= 1; at--) {
    const { traces } = openRun(run).round(at)
    if (traces.exists) lookups.push(await traces.lines())
  }
  return (id) => {
    for (const lookup of lookups) {
      const line = lookup(id)
      if (line !== undefined) return line
    }
    return undefined
  }
}

/** How a trace of ours begins, as long as nothing in it had to be escaped. */
const head =
  /^\{"id":"[^"\\]*","run":"[^"\\]*","round":\d+,"task":"([^"\\]*)","taskHash":(?:null|"[^"\\]*"),"taskset":"([^"\\]*)","split":"([^"\\]*)",/
type Whole = Omit<TraceFacts, 'reasoning'> & { calls?: { answer: boolean; reasoning: string | null }[] | null }

/**
 * The facts of a line that was parsed before (its index was made of it): read off its beginning, in a tenth of the time, where it stands there as
 * we write it and nobody thought in it. A quote inside a text is escaped, so that a member's name with its quotes is nothing else.
 */
export function factsOf(line: string): TraceFacts {
  const [, task, taskset, split] = head.exec(line) ?? []
  if (task !== undefined && taskset !== undefined && split !== undefined && !/"reasoning"\s*:\s*"/.test(line))
    return { task, taskset, split, reasoning: undefined }
  const whole = JSON.parse(line) as Whole
  return { task: whole.task, taskset: whole.taskset, split: whole.split, reasoning: reasoningOf(whole) }
}

/** The think block of the call that gave the answer. */
export const reasoningOf = ({ calls }: Pick<Whole, 'calls'>): string | undefined =>
  calls?.findLast(({ answer }) => answer)?.reasoning ?? undefined
