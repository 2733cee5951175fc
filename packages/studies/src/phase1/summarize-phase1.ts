import type { Outcome, Rows, Trace } from '@whetstone/core'
import { toOutcomes } from '@whetstone/evaluation'
import { comparePairs, pairOutcomes, rateInterval } from '@whetstone/statistics'
import type { Phase1Arm } from '@whetstone/runs'

/** Pass rate of an arm with its interval, over tasks and clusters, and what it cost. */
export async function summarizeArm(traces: Rows<Trace>): Promise<Phase1Arm> {
  const { passed, rate, low, high } = rateInterval(await toOutcomes(traces))
  const tokens = { prompt: 0, completion: 0 }
  for await (const trace of traces) {
    tokens.prompt += trace.tokens.prompt
    tokens.completion += trace.tokens.completion
  }
  return { passed, accuracy: rate, ci: [low, high], tokens }
}

/** Treatment minus control on the same tasks and seeds. */
export async function compareArms(control: Rows<Trace>, treatment: Rows<Trace>, seed: number) {
  const [before, after]: [Outcome[], Outcome[]] = [await toOutcomes(control), await toOutcomes(treatment)]
  const { pairs } = pairOutcomes(before, after)
  const found = comparePairs(pairs, { seed })
  const narrow = comparePairs(pairs, { seed, confidence: 0.9 })
  return {
    comparison: {
      difference: found.difference,
      ci: [found.low, found.high] as [number, number],
      ci90: [narrow.low, narrow.high] as [number, number],
      pValue: found.greater,
    },
    n: found.n,
    clusters: found.clusters,
    wins: found.wins,
    losses: found.losses,
    test: `${found.test}, one-sided`,
    minimumDetectableEffect: found.minimumDetectableEffect,
  }
}
