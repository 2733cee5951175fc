import { z } from 'zod'
import type { ItemScore } from './score-pool.ts'

/** Scores of one checkpoint on the pool; `step` orders checkpoints (a round, or a step of training). */
export type CheckpointScores = { step: number; name: string; scores: readonly ItemScore[] }

const Curve = z.array(z.number().nullable())
/** Averages over the samples of one type, one number for each step; null where no sample of the type could be scored. */
const TypeCurves = z.object({
  /** Mean over samples of exp(-mean log-likelihood of the output's tokens). */
  avg_perplexity: Curve,
  /** Mean over samples of the output's summed log-likelihood, natural log; llama-score's `logLikelihood`. */
  avg_log_likelihood: Curve,
  /** The same per token: does not grow with length. */
  avg_token_log_likelihood: Curve,
  /** Mean entropy of the next-token distributions along the output, nats. */
  avg_entropy: Curve,
  avg_tokens: Curve,
  /** Share of samples whose every token is the model's first choice. */
  greedy_match: Curve,
  count: z.array(z.number()),
})
export type TypeCurves = z.infer<typeof TypeCurves>
/** Likelihood dynamics in the format of SLM Reasoning: steps, and curves by type parallel to them. */
export const LikelihoodByType = z.object({
  steps: z.array(z.number()),
  checkpoints: z.array(z.string()),
  results_by_type: z.record(z.string(), TypeCurves),
})
export type LikelihoodByType = z.infer<typeof LikelihoodByType>

export function likelihoodByType(checkpoints: readonly CheckpointScores[]): LikelihoodByType {
  const ordered = [...checkpoints].sort((a, b) => a.step - b.step)
  const types = [...new Set(ordered.flatMap(({ scores }) => scores.map(({ type }) => type)))]
  const curves = types.map((type): [string, TypeCurves] => {
    const samples = ordered.map(({ scores }) => scores.filter((score) => score.type === type))
    const average = (value: (score: ItemScore) => number) =>
      samples.map((some) => (some.length === 0 ? null : some.reduce((sum, score) => sum + value(score), 0) / some.length))
    return [
      type,
      {
        avg_perplexity: average(({ perplexity }) => perplexity),
        avg_log_likelihood: average(({ logLikelihood }) => logLikelihood),
        avg_token_log_likelihood: average(({ meanLogLikelihood }) => meanLogLikelihood),
        avg_entropy: average(({ entropy }) => entropy),
        avg_tokens: average(({ tokens }) => tokens),
        greedy_match: average(({ greedyMatch }) => (greedyMatch ? 1 : 0)),
        count: samples.map((some) => some.length),
      },
    ]
  })
  return {
    steps: ordered.map(({ step }) => step),
    checkpoints: ordered.map(({ name }) => name),
    results_by_type: Object.fromEntries(curves),
  }
}
