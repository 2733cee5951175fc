import type { Lift } from './measure-lift.ts'

/** Uses below which nothing is said of an item, and attempts without it that there must be. */
const leastUses = 30
const leastWithheld = 8

/** Whether an item does harm: the whole 95% interval of its lift lies below zero, on enough evidence. */
export function isHarmful(lift: Lift): boolean {
  return lift.uses >= leastUses && lift.withheld >= leastWithheld && lift.ci[1] < 0
}
