import type { Lift } from './measure-lift.ts'

/** Uses at which an item's own evidence weighs as much as the assumption that it does nothing. */
const prior = 20

/**
 * What an item is worth when room is short: its lift, drawn towards zero by as much as evidence is missing (a normal prior's posterior mean). Since old evidence fades (see measureLift), an item that is
 * no longer retrieved decays towards zero as well.
 */
export function usefulness(lift: Lift | undefined): number {
  if (!lift || lift.shown === 0 || lift.withheld === 0) return 0
  // Harmonic mean of the arms: the evidence on a difference is that of its smaller arm.
  const evidence = (4 * lift.shown * lift.withheld) / (lift.shown + lift.withheld)
  return (lift.lift * evidence) / (evidence + prior)
}
