import type { LevelRate } from '@whetstone/runs'

/** Levels of a climbed course that a micro-round attempts: unsolved ones, and solved ones that are met again. */
export type Window = { above: number[]; below: number[] }

/** Solved levels that are met again in one micro-round, at most: the lowest, the highest, and others spread between. */
const mostBelow = 10

/** The levels from the lowest unsolved one on, and at most ten of those below it. */
export function windowAt(lowest: number, { from, above }: { from: number; above: number }): Window {
  const solved = Math.max(0, lowest - from)
  const kept = Math.min(mostBelow, solved)
  return {
    above: Array.from({ length: above }, (_, i) => lowest + i),
    below: Array.from({ length: kept }, (_, i) => from + (kept === 1 ? 0 : Math.round((i * (solved - 1)) / (kept - 1)))),
  }
}

/** All levels up to the lowest unsolved one: what a training that settles attempts. */
export const windowUpTo = (lowest: number, { from }: { from: number }): Window => ({
  above: Array.from({ length: Math.max(1, lowest - from + 1) }, (_, i) => from + i),
  below: [],
})

/** The lowest level from `at` on that did not pass often enough; the one after the last that was attempted where all did. */
export function lowestUnsolved(rates: readonly LevelRate[], at: number, solved: number): number {
  const known = new Map(rates.map(({ level, rate }) => [level, rate]))
  let level = at
  while ((known.get(level) ?? 0) >= solved) level++
  return level
}
