import type { Evaluation, Outcome, Role, Rows, Trace } from '@whetstone/core'
import { rateInterval } from '@whetstone/statistics'

/** Folds one arm's traces into outcomes per task, one evaluation for each taskset and level, in that order. */
export async function evaluate(traces: Rows<Trace>, arm: { model: Role; memory: boolean }): Promise<Evaluation[]> {
  const groups = new Map<string, Pick<Trace, 'split' | 'taskset' | 'level'> & { outcomes: Map<string, Outcome> }>()
  for await (const trace of traces) {
    const { split, taskset, level } = trace
    const name = `${taskset}\u0000${String(level).padStart(6, '0')}`
    let group = groups.get(name)
    if (!group) groups.set(name, (group = { split, taskset, level, outcomes: new Map() }))
    addOutcome(group.outcomes, trace)
  }
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { split, taskset, level, outcomes: byTask }]) => {
      const outcomes = [...byTask.values()]
      const { n, passed, rate, low, high } = rateInterval(outcomes)
      const undecided = outcomes.reduce((sum, outcome) => sum + (outcome.undecided ?? 0), 0) || undefined
      return { ...arm, split, taskset, level, n, passed, undecided, passRate: rate, ci: [low, high], outcomes }
    })
}

/** One outcome a task, in the order of the traces. */
export async function toOutcomes(traces: Rows<Trace>): Promise<Outcome[]> {
  const outcomes = new Map<string, Outcome>()
  for await (const trace of traces) addOutcome(outcomes, trace)
  return [...outcomes.values()]
}

function addOutcome(outcomes: Map<string, Outcome>, { task, cluster, grade }: Trace): void {
  let outcome = outcomes.get(task)
  if (!outcome) outcomes.set(task, (outcome = { task, cluster, attempts: 0, passed: 0 }))
  outcome.attempts++
  if (grade.passed) outcome.passed++
  if (grade.undecided) outcome.undecided = (outcome.undecided ?? 0) + 1
}
