import { playReal, playRealBanks } from './play-real.ts'
import type { Contestant } from './real-outcomes.ts'
import { powerOfRules, type PowerRow } from './power-of-rules.ts'
import { simulateBanks, simulateRuns, type FalsePromotions, type SimulateOptions } from './simulate-runs.ts'

export type AcceptorBench = {
  simulated: FalsePromotions[]
  /** The same with real models as candidates; empty where none were asked for. */
  real: FalsePromotions[]
  banks: { acceptor: string; share: number }[]
  power: PowerRow[]
}

/**
 * The acceptor bench: how often do ways of promoting a candidate take one that is not better, over whole runs of worthless candidates, and what
 * do the rules that hold 2.5% over the run find? It breaks itself off where keeping whatever scored higher is found harmless: then the worlds
 * are wrong.
 */
export function benchAcceptors(options: SimulateOptions, cached?: { models: Contestant[]; banks: Contestant[] }): AcceptorBench {
  const simulated = simulateRuns(options)
  const real = cached ? playReal(cached.models, options) : []
  const naive = [...simulated, ...real].filter(({ acceptor, world }) => acceptor === 'keep if higher' && world !== 'slightly worse')
  if (naive.some(({ share }) => share <= 0.3)) throw new Error('keep-if-higher promotes in under 30% of runs: the bench is broken')
  // an interval each: a quarter of the runs says enough
  const quarter = { ...options, runs: Math.ceil(options.runs / 4) }
  const banks = [...simulateBanks(quarter), ...(cached ? playRealBanks(cached.banks, quarter) : [])]
  return { simulated, real, banks, power: powerOfRules() }
}
