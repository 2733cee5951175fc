import type { Trace } from '@whetstone/core'
import { openRun } from '@whetstone/runs'

/** Finds traces by id in a round's own file first, then in older ones, whose attempts are replayed. The reader stays open, and with it the indexes. */
export function traceFinder(run: string, round: number): (id: string) => Promise<Trace | undefined> {
  const reader = openRun(run)
  return async (id) => {
    for (let at = round; at >= 1; at--) {
      const { traces } = await reader.round(at).traces.find({ id }, { limit: 1 })
      if (traces[0]) return traces[0]
    }
    return undefined
  }
}
