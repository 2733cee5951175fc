import { basename, dirname, join } from 'node:path'
import { commonSetFiles, commonSets, commonTasks, openTraces, type CommonSet } from '@whetstone/runs'
import type { ComparedArm } from './compared-arm.ts'
import type { Comparison } from './compare-sets.ts'
import { readTraces } from './read-traces.ts'
import type { ResultSet } from './result-set.ts'

/** An arm by its attempts at a common held-out set, in place of those at its own round's tasks. */
export async function onCommon(arm: ComparedArm, file: string): Promise<ComparedArm> {
  const [read] = await readTraces(file)
  const set: ResultSet = { ...(read as ResultSet), name: arm.set.name, arm: '', notes: arm.set.notes }
  return { ...arm, set, traces: openTraces(file), tasks: () => commonTasks(basename(dirname(file))), split: 'test' }
}

/** The newest common set that all of these rounds have attempted, with each one's attempts in their order; null where there is none. Arms of a round are not in it: it is attempted by what rounds serve. */
export function commonSetOf(arms: readonly Pick<ComparedArm, 'ref' | 'round'>[]): { set: CommonSet; traces: string[] } | null {
  for (const set of commonSets().toReversed()) {
    const traces = arms.flatMap(({ ref, round }) => {
      const side =
        round && ref === `${round.run}:${round.round}` && set.sides.find(({ run, round: of }) => run === round.run && of === round.round)
      // by its name only: a record leads nowhere out of its folder, and a checkout may have been moved
      return side ? [join(commonSetFiles(set.key).folder, basename(side.traces))] : []
    })
    if (traces.length === arms.length && traces.length > 0) return { set, traces }
  }
  return null
}

/** What was drawn, in words. */
export function sayCommon({ drawn, trainedOn, key }: CommonSet): string {
  const levels = drawn.map(({ taskset, level, n }) => `${taskset} level ${level}: ${n}`).join(', ')
  return `Common held-out tasks, drawn for this since the rounds drew theirs afresh (${levels}${trainedOn > 0 ? `; ${trainedOn} that a run was trained on left out` : ''}): reports/compare/${key}`
}

/** Some group of tasks was drawn afresh by each side: no task of it, or few, is in both. */
export const isFresh = ({ groups }: Comparison): boolean => groups.some(({ n, paired }) => paired === null || paired.unpaired > n)
