/**
 * How much work one comparison may be, in evaluations of a node in doubles (some 0.3 microseconds): a count and not a time, so that the
 * verdict does not depend on how busy the machine is. The clock in pool.ts is only for what hangs.
 */
const most = 200_000
let left = most

/** The comparison would take more than it may. */
export class TooMuchWork extends Error {}

export function startWork(): void {
  left = most
}

/** Counts work done. Throws {@link TooMuchWork} when it was too much. */
export function spend(amount: number): void {
  left -= amount
  if (left < 0) throw new TooMuchWork('it takes too much work')
}
