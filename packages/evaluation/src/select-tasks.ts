import { BadInput, type Task } from '@whetstone/core'

export type Selection = {
  /** Only these ids. Each must exist. */
  ids?: readonly string[]
  /** Not these ids; one that is absent is no mistake. */
  skipIds?: readonly string[]
  /** Half-open range of places in the given order, as `from:to`, either side may be left out: `100:200`, `:50`, `-20:`. */
  range?: string
}

/** Narrows tasks by place, then by id; the order stays. An unknown id or a range that is none is refused. */
export function selectTasks(tasks: readonly Task[], { ids, skipIds, range }: Selection): Task[] {
  const known = new Set(tasks.map(({ id }) => id))
  const unknown = ids?.filter((id) => !known.has(id)) ?? []
  if (unknown.length > 0)
    throw new BadInput(
      `No task ${unknown
        .slice(0, 3)
        .map((id) => `"${id}"`)
        .join(
          ', ',
        )}${unknown.length > 3 ? ` and ${unknown.length - 3} more` : ''} among ${tasks.length} tasks, whose ids look like "${tasks[0]?.id ?? ''}"`,
    )
  const wanted = ids && new Set(ids)
  const skipped = new Set(skipIds)
  const placed = range === undefined ? tasks : tasks.slice(...parseRange(range))
  return placed.filter(({ id }) => (wanted?.has(id) ?? true) && !skipped.has(id))
}

function parseRange(range: string): [number, number | undefined] {
  const [, from, to] = /^(-?\d*):(-?\d*)$/.exec(range) ?? []
  if (from === undefined || to === undefined || from === '-' || to === '-')
    throw new BadInput(`"${range}" is no range: give from:to, counted from 0, the end left out, e.g. 100:200, :50 or -20:`)
  return [from === '' ? 0 : Number(from), to === '' ? undefined : Number(to)]
}
