import type { Trace } from '@whetstone/core'
import { majorityAtK, meanPassAtK, rateInterval, type Rate } from '@whetstone/statistics'
import { toOutcomes } from './evaluate.ts'

export type AttemptSummary = {
  tasks: number
  attempts: number
  /** Mean over tasks of the share of attempts that pass, with its 95% interval. */
  rate: Rate
  /** Unbiased pass@k, and the chance that the most frequent answer of k is right, for each k that some task has attempts for. */
  atK: { k: number; tasks: number; pass: number; majority: number }[]
  truncated: number
  tokens: { prompt: number; completion: number }
  /** Sum over attempts; with several at once more than the wall clock. */
  seconds: number
}

/**
 * What a set of traces amounts to. `answerOf` gives the form in which equal answers are equal, null where there is none (the grader's
 * extraction, usually); k runs over the powers of two up to the most attempts at a task.
 */
export async function summarizeAttempts(
  traces: readonly Trace[],
  options: { answerOf: (trace: Trace) => string | null; seed: number },
): Promise<AttemptSummary> {
  const outcomes = await toOutcomes(traces)
  const groups = [...Map.groupBy(traces, ({ task }) => task).values()]
  const most = outcomes.reduce((highest, { attempts }) => Math.max(highest, attempts), 0)
  const ks = Array.from({ length: 32 }, (_, power) => 2 ** power).filter((k) => k <= most)
  return {
    tasks: outcomes.length,
    attempts: traces.length,
    rate: rateInterval(outcomes),
    atK: ks.map((k) => {
      const enough = groups.filter((group) => group.length >= k)
      const votes = enough.map((group) =>
        majorityAtK(
          group.map((trace) => ({ answer: options.answerOf(trace), passed: trace.grade.passed })),
          k,
          options,
        ),
      )
      return {
        k,
        tasks: enough.length,
        pass: meanPassAtK(outcomes, k) ?? 0,
        majority: votes.reduce((sum, vote) => sum + vote, 0) / enough.length,
      }
    }),
    truncated: traces.filter(({ truncated }) => truncated).length,
    tokens: { prompt: total(traces, ({ tokens }) => tokens.prompt), completion: total(traces, ({ tokens }) => tokens.completion) },
    seconds: total(traces, ({ seconds }) => seconds),
  }
}

const total = (traces: readonly Trace[], value: (trace: Trace) => number) => traces.reduce((sum, trace) => sum + value(trace), 0)
