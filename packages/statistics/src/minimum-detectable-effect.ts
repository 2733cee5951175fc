import { mcnemarPower } from './mcnemar-power.ts'

export type EffectQuestion = {
  /** Tasks, or effective tasks: n over the design effect where tasks share clusters. */
  n: number
  /** Share of tasks on which the two arms differ; where the effect asked about is larger, that is taken. */
  discordance: number
  alpha: number
  power?: number
}

/**
 * The smallest true gain (a fraction) that the one-sided exact McNemar test finds with the given power, 0.8 by default. 1 where no gain
 * would be found.
 */
export function minimumDetectableEffect({ n, discordance, alpha, power = 0.8 }: EffectQuestion): number {
  const tasks = Math.floor(n)
  if (tasks < 1 || powerAt(1, tasks, discordance, alpha) < power) return 1
  let low = 0
  let high = 1
  // to within 1/65536, far finer than anyone plans
  for (let i = 0; i < 16; i++) {
    const middle = (low + high) / 2
    if (powerAt(middle, tasks, discordance, alpha) < power) low = middle
    else high = middle
  }
  return high
}

/** Power to find a true gain of `effect` on n tasks. */
export function powerAt(effect: number, n: number, discordance: number, alpha: number): number {
  const differing = Math.min(1, Math.max(discordance, effect))
  return mcnemarPower({ n, win: (differing + effect) / 2, loss: (differing - effect) / 2, alpha })
}
