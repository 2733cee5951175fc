import { deriveSeed, random, type Random } from '@whetstone/core'
import type { PastLook } from '@whetstone/statistics'
import { acceptors, type Duel } from './acceptors.ts'
import { keepBank, keepBankIfNotLower } from './keep-bank.ts'
import type { Contestant } from './real-outcomes.ts'
import { playRun, type FalsePromotions, type SimulateOptions } from './simulate-runs.ts'

const rateOf = ({ passed }: Contestant) => passed.filter(Boolean).length / Math.max(1, passed.length)

/**
 * Runs whose candidates are real models that are not better than their incumbent over all outcomes: the incumbent is the one in the middle, the
 * candidates those that are not above it, drawn with other tasks in every round. Until one is promoted; then the run is counted.
 */
export function playReal(models: readonly Contestant[], { runs, rounds, n, seed, signal }: SimulateOptions): FalsePromotions[] {
  const ranked = [...models].sort((a, b) => rateOf(a) - rateOf(b))
  const incumbent = ranked[Math.floor(ranked.length / 2)] as Contestant
  const worthless = ranked.filter((model) => model !== incumbent && rateOf(model) <= rateOf(incumbent))
  return acceptors.map((acceptor) => {
    signal?.throwIfAborted()
    const next = random(deriveSeed(seed, 'real', acceptor.name))
    let hit = 0
    let promotions = 0
    for (let run = 0; run < runs; run++) {
      const looks = playRun(
        acceptor,
        () => duel(incumbent, worthless[Math.floor(next() * worthless.length)] as Contestant, n, next),
        rounds,
      )
      const promoted = looks.filter((look) => look.promoted).length
      promotions += promoted
      if (promoted > 0) hit++
    }
    const world = `${models.length} real models`
    return { world, acceptor: acceptor.name, holds: acceptor.holds, runs, rounds, share: hit / runs, perRun: promotions / runs }
  })
}

/** Runs whose new banks are real ones that cost three points or more against the first: the share of runs in which one is ever served. */
export function playRealBanks(
  banks: readonly Contestant[],
  { runs, rounds, n, seed, signal }: SimulateOptions,
): { acceptor: string; share: number }[] {
  const [right, ...others] = banks as [Contestant, ...Contestant[]]
  const costly = others.filter((bank) => rateOf(bank) <= rateOf(right) - 0.03)
  return [keepBank, keepBankIfNotLower].map(({ name, keeps }) => {
    const next = random(deriveSeed(seed, 'real banks', name))
    let hit = 0
    for (let run = 0; run < runs && costly.length > 0; run++) {
      signal?.throwIfAborted()
      const looks: PastLook[] = []
      for (let round = 0; round < rounds; round++)
        looks.push(keeps(duel(right, costly[Math.floor(next() * costly.length)] as Contestant, n, next), looks))
      if (looks.some(({ promoted }) => promoted)) hit++
    }
    return { acceptor: `${name}; ${costly.length} real banks of ${banks.length}`, share: hit / runs }
  })
}

/** The two on n tasks of the cache, drawn without repeats. */
function duel(incumbent: Contestant, candidate: Contestant, n: number, next: Random): Duel {
  const total = incumbent.passed.length
  const drawn = new Set<number>()
  const found: Duel = { wins: 0, losses: 0, n: Math.min(n, total) }
  while (drawn.size < found.n) {
    const task = Math.floor(next() * total)
    if (drawn.has(task)) continue
    drawn.add(task)
    if (candidate.passed[task] && !incumbent.passed[task]) found.wins++
    if (!candidate.passed[task] && incumbent.passed[task]) found.losses++
  }
  return found
}
