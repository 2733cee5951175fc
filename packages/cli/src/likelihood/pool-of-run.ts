import { BadInput } from '@whetstone/core'
import type { PoolItem } from '@whetstone/evaluation'
import { openRun } from '@whetstone/runs'
import { poolOfTraces } from '@whetstone/studies/likelihood/pool-of-traces.ts'

/** The pool that a run's train attempts make: right and wrong answers and the references of what was wrong; its right answers are what is learned from. */
export async function poolOfRun(run: string): Promise<{ pool: PoolItem[]; learn: PoolItem[] }> {
  const reader = openRun(run)
  const references = new Map<string, string>()
  for (const round of reader.rounds()) for await (const { id, reference } of round.tasks()) references.set(id, reference)
  const made = await poolOfTraces(reader.trainTraces(), references)
  if (made.learn.length === 0) throw new BadInput(`Run ${run} has no train attempts that passed: nothing to learn from`)
  return made
}
