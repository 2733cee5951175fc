import { random } from '@whetstone/core'
import { type Paired, summarizePairs } from './paired.ts'
import type { Interval } from './wilson.ts'

/**
 * Percentile interval of the paired difference by resampling whole clusters (tasks where each stands alone), both arms together (Efron &
 * Tibshirani 1993; Davison & Hinkley 1997 for clusters). For reports: it collapses to a point when nothing is discordant and is too narrow
 * under about 30 clusters; {@link comparePairs} is what decides.
 */
export function bootstrap(pairs: readonly Paired[], options: { seed: number; resamples?: number; confidence?: number }): Interval {
  const { clusters } = summarizePairs(pairs)
  if (clusters.length === 0) return { low: -1, high: 1 }
  const sums = Float64Array.from(clusters, (cluster) => cluster.sum)
  const sizes = Float64Array.from(clusters, (cluster) => cluster.size)
  const next = random(options.seed)
  const resamples = options.resamples ?? 2000
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0
    let size = 0
    for (let i = 0; i < clusters.length; i++) {
      const drawn = Math.floor(next() * clusters.length)
      sum += sums[drawn] as number
      size += sizes[drawn] as number
    }
    return sum / size
  }).sort()
  const tail = (1 - (options.confidence ?? 0.95)) / 2
  const at = (p: number) => means[Math.min(resamples - 1, Math.max(0, Math.round(p * (resamples - 1))))] as number
  return { low: at(tail), high: at(1 - tail) }
}
