import { levelOfLook, logBettingValue, mcnemar, type LevelRule, type PastLook } from '@whetstone/statistics'

/** One candidate against the incumbent on n tasks: how many only it solved, how many only the incumbent did. */
export type Duel = { wins: number; losses: number; n: number }

/** Whether a candidate is promoted, given what the run's earlier looks did. */
export type Acceptor = {
  name: string
  holds: boolean
  accepts(duel: Duel, before: readonly PastLook[]): { alpha: number; promoted: boolean }
}

const alpha = 0.025
const over = (rule: LevelRule, name: string, holds: boolean): Acceptor => ({
  name,
  holds,
  accepts({ wins, losses }, before) {
    const level = levelOfLook(rule, alpha, before)
    return { alpha: level, promoted: mcnemar(wins, losses).greater <= level }
  },
})
const units = (count: number, sum: number) => new Array<{ sum: number; size: number }>(count).fill({ sum, size: 1 })

/**
 * Ways of deciding whether a candidate replaces the incumbent. `holds`: whether it claims that at most 2.5% of runs ever promote a worthless
 * one. The first is what recipe gates do (loop's gate calls the same two functions).
 */
export const acceptors: readonly Acceptor[] = [
  over('fallback', 'whetstone: McNemar, online fallback', true),
  over('spending', 'McNemar, alpha spending', true),
  {
    name: 'betting e-value, mixture prior, spending',
    holds: true,
    accepts({ wins, losses }, before) {
      const level = levelOfLook('spending', alpha, before)
      return { alpha: level, promoted: logBettingValue([...units(wins, 1), ...units(losses, -1)]) >= -Math.log(level) }
    },
  },
  over('investing', 'McNemar, alpha investing', false),
  {
    name: 'McNemar at 0.025 each round',
    holds: false,
    accepts: ({ wins, losses }) => ({ alpha, promoted: mcnemar(wins, losses).greater <= alpha }),
  },
  { name: 'keep if higher', holds: false, accepts: ({ wins, losses }) => ({ alpha: 1, promoted: wins > losses }) },
]
