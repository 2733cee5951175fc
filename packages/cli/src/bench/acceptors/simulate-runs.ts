import { deriveSeed, random } from '@whetstone/core'
import type { PastLook } from '@whetstone/statistics'
import { acceptors, type Acceptor } from './acceptors.ts'
import { keepBank, keepBankIfNotLower } from './keep-bank.ts'
import { worlds } from './worlds.ts'

/** Of all runs the share that promoted anything, and promotions a run; every one of them false. */
export type FalsePromotions = {
  world: string
  acceptor: string
  holds: boolean
  runs: number
  rounds: number
  share: number
  perRun: number
}
export type SimulateOptions = { runs: number; rounds: number; n: number; seed: number; signal?: AbortSignal }

/** Runs of worthless candidates under each acceptor: each sees candidates of its own draw, since what is promoted changes what comes next. */
export function simulateRuns({ runs, rounds, n, seed, signal }: SimulateOptions): FalsePromotions[] {
  return worlds.flatMap((world) =>
    acceptors.map((acceptor) => {
      signal?.throwIfAborted()
      const next = random(deriveSeed(seed, world.name, acceptor.name))
      let hit = 0
      let promotions = 0
      for (let run = 0; run < runs; run++) {
        const looks = playRun(acceptor, world.begin(next, n), rounds)
        const promoted = looks.filter((look) => look.promoted).length
        promotions += promoted
        if (promoted > 0) hit++
      }
      return {
        world: world.name,
        acceptor: acceptor.name,
        holds: acceptor.holds,
        runs,
        rounds,
        share: hit / runs,
        perRun: promotions / runs,
      }
    }),
  )
}

export function playRun(
  acceptor: Acceptor,
  draw: (promoted: boolean) => { wins: number; losses: number; n: number },
  rounds: number,
): PastLook[] {
  const looks: PastLook[] = []
  for (let round = 0; round < rounds; round++) looks.push(acceptor.accepts(draw(looks.at(-1)?.promoted ?? false), looks))
  return looks
}

/** Runs of banks that cost just the margin (-3 points): the share of runs in which one is ever served, by the gate's bound and by keeping what is not lower. */
export function simulateBanks({ runs, rounds, n, seed, signal }: SimulateOptions): { acceptor: string; share: number }[] {
  const draw = (next: () => number) => {
    const duel = { wins: 0, losses: 0, n }
    for (let i = 0; i < n; i++) {
      const u = next()
      if (u < 0.085) duel.wins++
      else if (u < 0.2) duel.losses++
    }
    return duel
  }
  return [keepBank, keepBankIfNotLower].map(({ name, keeps }) => {
    const next = random(deriveSeed(seed, 'banks', name))
    let hit = 0
    for (let run = 0; run < runs; run++) {
      signal?.throwIfAborted()
      const looks: PastLook[] = []
      for (let round = 0; round < rounds; round++) looks.push(keeps(draw(next), looks))
      if (looks.some(({ promoted }) => promoted)) hit++
    }
    return { acceptor: name, share: hit / runs }
  })
}
