import type { Outcome, Trace } from '@whetstone/core'
import { toOutcomes } from '@whetstone/evaluation'
import { minimumDetectableEffect, pairedInterval, pairedTest, pairOutcomes, rateInterval, summarizePairs } from '@whetstone/statistics'
import type { Phase1Arm } from '@whetstone/runs'

/** Pass rate of an arm with its interval, over tasks and clusters, and what it cost. */
export function summarizeArm(traces: readonly Trace[]): Phase1Arm {
  const { passed, rate, low, high } = rateInterval(toOutcomes(traces))
  const tokens = (kind: 'prompt' | 'completion') => traces.reduce((sum, trace) => sum + trace.tokens[kind], 0)
  return { passed, accuracy: rate, ci: [low, high], tokens: { prompt: tokens('prompt'), completion: tokens('completion') } }
}

/** Treatment minus control on the same tasks and seeds. */
export function compareArms(control: readonly Trace[], treatment: readonly Trace[], seed: number) {
  const [before, after]: [Outcome[], Outcome[]] = [toOutcomes(control), toOutcomes(treatment)]
  const { pairs } = pairOutcomes(before, after)
  const { n, clusters, wins, losses, discordance } = summarizePairs(pairs)
  const { difference, low, high, designEffect } = pairedInterval(pairs)
  const narrow = pairedInterval(pairs, 0.9)
  const { test, greater } = pairedTest(pairs, { seed })
  return {
    comparison: { difference, ci: [low, high] as [number, number], ci90: [narrow.low, narrow.high] as [number, number], pValue: greater },
    n,
    clusters: clusters.length,
    wins,
    losses,
    test: `${test}, one-sided`,
    minimumDetectableEffect: minimumDetectableEffect({ n: n / designEffect, discordance, alpha: 0.025 }),
  }
}
