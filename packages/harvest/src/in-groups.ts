import type { Rows } from '@whetstone/core'
import { countBy } from './draw-places.ts'

/** Rows that belong together, a group at a time, in the order in which groups are complete. Reads the rows twice and holds only groups that are open: where a task's rows lie side by side, one. */
export async function* inGroups<T>(rows: Rows<T>, keyOf: (row: T) => string): AsyncGenerator<T[]> {
  const sizes = await countBy(rows, keyOf)
  const open = new Map<string, T[]>()
  for await (const row of rows) {
    const key = keyOf(row)
    const group = open.get(key) ?? []
    group.push(row)
    if (group.length === sizes.get(key)) {
      open.delete(key)
      yield group
    } else open.set(key, group)
  }
}
