import { binomialProbability, binomialTail, levelOfLook, logBettingValue, mcnemarPower, type PastLook } from '@whetstone/statistics'

/** Chance that a candidate with a true gain of `effect` is promoted in a round, given that all rounds before it were kept, or promoted. */
export type PowerRow = {
  rule: string
  history: 'kept' | 'promoted'
  n: number
  discordance: number
  round: number
  effect: number
  power: number
}

const rounds = [1, 10, 30]
const effects = [0.03, 0.05, 0.1]

/** Power of the rules that hold 2.5% over the run, exact: at n = 400 and 2,000, discordance 0.1 and 0.3. */
export function powerOfRules(): PowerRow[] {
  const rules = [
    { rule: 'online fallback', level: (before: readonly PastLook[]) => levelOfLook('fallback', 0.025, before), power: mcnemarPower },
    { rule: 'spending k^-1.6', level: (before: readonly PastLook[]) => levelOfLook('spending', 0.025, before), power: mcnemarPower },
    {
      rule: 'spending k^-2',
      level: (before: readonly PastLook[]) => (6 * 0.025) / (Math.PI ** 2 * (before.length + 1) ** 2),
      power: mcnemarPower,
    },
    { rule: 'e-value at 1/alpha', level: (before: readonly PastLook[]) => levelOfLook('spending', 0.025, before), power: bettingPower },
  ]
  return rules.flatMap(({ rule, level, power }) =>
    (['kept', 'promoted'] as const).flatMap((history) =>
      [400, 2000].flatMap((n) =>
        [0.1, 0.3].flatMap((discordance) =>
          rounds.flatMap((round) => {
            const before: PastLook[] = []
            while (before.length < round - 1) before.push({ alpha: level(before), promoted: history === 'promoted' })
            const alpha = level(before)
            return effects.map((effect) => {
              const differing = Math.max(discordance, effect)
              return {
                rule,
                history,
                n,
                discordance,
                round,
                effect,
                power: power({ n, win: (differing + effect) / 2, loss: (differing - effect) / 2, alpha }),
              }
            })
          }),
        ),
      ),
    ),
  )
}

const critical = new Map<string, number>()
function bettingPower({ n, win, loss, alpha }: { n: number; win: number; loss: number; alpha: number }): number {
  let power = 0
  for (let m = 1; m <= n; m++) {
    const chance = binomialProbability(m, n, win + loss)
    if (chance > 1e-9) power += chance * binomialTail(leastWins(m, alpha), m, win / (win + loss))
  }
  return power
}
/** Fewest wins of m discordant tasks at which the betting value reaches 1/alpha; m + 1 where none does. */
function leastWins(m: number, alpha: number): number {
  const key = `${m} ${alpha}`
  const known = critical.get(key)
  if (known !== undefined) return known
  let low = Math.floor(m / 2)
  let high = m + 1
  while (high - low > 1) {
    const wins = Math.floor((low + high) / 2)
    const units = Array.from({ length: m }, (_, i) => ({ sum: i < wins ? 1 : -1, size: 1 }))
    if (logBettingValue(units) >= -Math.log(alpha)) high = wins
    else low = wins
  }
  critical.set(key, high)
  return high
}
