import { powerAt } from './minimum-detectable-effect.ts'
import { normalQuantile } from './normal.ts'

/**
 * How many tasks the one-sided exact McNemar test needs to find a true gain of `effect` with the given power: Connor's formula (1987,
 * Biometrics 43:207), mended by the exact power up to 20,000 tasks. Multiply by the design effect where tasks share clusters.
 */
export function requiredTasks({
  effect,
  discordance,
  alpha,
  power = 0.8,
}: {
  effect: number
  discordance: number
  alpha: number
  power?: number
}): number {
  if (!(effect > 0 && effect <= 1)) throw new RangeError(`requiredTasks: the effect must lie between 0 and 1, not ${effect}`)
  const differing = Math.max(discordance, effect)
  const root =
    normalQuantile(1 - alpha) * Math.sqrt(differing) + normalQuantile(power) * Math.sqrt(Math.max(0, differing - effect * effect))
  const approximate = Math.ceil((root / effect) ** 2)
  if (approximate > 20_000) return approximate
  // power is a saw-tooth in n, slightly: the search finds one n that suffices while a little below it does not
  let low = 0
  let high = Math.ceil(approximate * 1.4) + 20
  while (powerAt(effect, high, discordance, alpha) < power) high = Math.ceil(high * 1.3)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (powerAt(effect, middle, discordance, alpha) < power) low = middle
    else high = middle
  }
  return high
}
