import { availableParallelism } from 'node:os'
import { minimumDetectableEffect } from '@whetstone/statistics'

/** How much of the tasks a round uses, how long that takes about, and what its gate could see. */
export type Size = { train: number; samples: number; validation: number; minutes: number; detectable: number }

/** Arms of a round with memory, and the share of tasks on which two arms differ before anything is known. */
const arms = 4
const discordance = 0.3
/** Share of the time at hand that is kept for training and loading. */
const overhead = 0.35

/**
 * Fits train tasks, samples and validation tasks into the minutes at hand. The rate is a guess from the model's size and this machine's cores (the round's own probe corrects it): a token costs about two
 * operations a parameter, and a core does some 5e9 a second on quantized weights, shared by what is decoded at once.
 */
export function chooseSize({
  train,
  validation,
  minutes,
  parameters,
  tokens,
  alpha,
}: {
  /** Tasks that there are. */
  train: number
  validation: number
  minutes: number
  /** Of the model; null for an endpoint, of which nothing is known. */
  parameters: number | null
  /** An answer's, on average. */
  tokens: number
  alpha: number
}): Size {
  const perSecond = parameters === null ? 200 : Math.min(20_000, (availableParallelism() * 5e9) / parameters)
  const attempts = Math.floor(((1 - overhead) * minutes * 60 * perSecond) / tokens)
  // the gate comes first: without enough validation tasks nothing can be shown
  const tested = Math.max(Math.min(validation, 8), Math.min(validation, Math.floor((0.6 * attempts) / arms), 1000))
  const left = Math.max(0, attempts - arms * tested)
  const samples = left >= 4 * Math.min(train, 100) ? 4 : left >= 2 * Math.min(train, 50) ? 2 : 1
  const trained = Math.max(Math.min(train, 8), Math.min(train, Math.floor(left / samples), 2000))
  return {
    train: trained,
    samples,
    validation: tested,
    minutes: ((arms * tested + trained * samples) * tokens) / perSecond / 60 / (1 - overhead),
    detectable: minimumDetectableEffect({ n: tested, discordance, alpha }),
  }
}

/** The fewest validation tasks with which any gain could be found. */
export function fewestTasks(alpha: number): number {
  for (let n = 1; ; n++) if (minimumDetectableEffect({ n, discordance, alpha }) < 1) return n
}
