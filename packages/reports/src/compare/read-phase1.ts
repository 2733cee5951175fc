import { z } from 'zod'
import { readLog } from './read-log.ts'
import { groupAttempts, type ResultSet } from './result-set.ts'

const Trial = z.looseObject({
  arm: z.string(),
  task: z.string(),
  taskset: z.string().default('tasks'),
  level: z.number().int().optional(),
  cluster: z.string().optional(),
  passed: z.boolean(),
})
const Phase1Results = z.looseObject({ trials: z.array(Trial) })

/** Our phase1_results.json, every trial of Phase 1: an arm each for baseline, memory and control, in the order in which they stand. */
export function readPhase1(file: string): ResultSet[] {
  const arms = Map.groupBy(readLog(file, Phase1Results).trials, ({ arm }) => arm)
  return [...arms].map(([arm, trials]) => ({
    name: `${arm} (${file})`,
    arm,
    source: file,
    format: 'phase1',
    groups: groupAttempts(
      trials.map(({ task, taskset, level, cluster, passed }) => ({
        group: level === undefined ? taskset : `${taskset} level ${level}`,
        task,
        cluster: cluster ?? task,
        passed: passed ? 1 : 0,
      })),
    ),
    notes: [],
  }))
}
