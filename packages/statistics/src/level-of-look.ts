/** What an earlier look at a run's validation data did: the level that it had, and whether it promoted. */
export type PastLook = { alpha: number; promoted: boolean }

/** How the run's alpha is spread over its looks; see {@link levelOfLook}. */
export const levelRules = ['fallback', 'spending', 'investing'] as const
export type LevelRule = (typeof levelRules)[number]

/** The zeta function at 1.6: what the shares of all looks come to before they are scaled to one. */
const zeta16 = 2.28576566568013
/**
 * Share of alpha that look k = 1, 2, … brings along: k^-1.6 / zeta(1.6), as Tian & Ramdas use; the shares of all looks sum to one. Against
 * 6 / (pi² k²) the first look has three quarters of its level, the thirtieth three times as much.
 */
const share = (look: number) => look ** -1.6 / zeta16

/**
 * The one-sided level of the next look at a run's validation data, given all looks before it.
 *
 * - `fallback` (Tian & Ramdas 2021, Stat. Methods Med. Res. 30:976, online fallback): its share of alpha, and the whole level of the look
 *   before it where that one promoted. In at most alpha of the RUNS is anything promoted that is not better, however long they are,
 *   whatever the dependence between looks: until the first false promotion only true ones have passed their level on, so that the levels
 *   of the worthless looks sum to no more than alpha.
 * - `spending`: its share of alpha alone. The same guarantee with less power.
 * - `investing` (Foster & Stine 2008): a wealth that each kept round lowers and each promotion raises. It bounds another rate: the expected
 *   number of false promotions over that of all promotions (mFDR), so that a long run of gains may hold some that are none.
 */
export function levelOfLook(rule: LevelRule, alpha: number, before: readonly PastLook[]): number {
  const last = before.at(-1)
  const own = alpha * share(before.length + 1)
  if (rule === 'spending') return own
  if (rule === 'fallback') return Math.min(alpha, own + (last?.promoted ? last.alpha : 0))
  let wealth = alpha
  let since = 0
  for (const { alpha: bid, promoted } of before) {
    wealth = promoted ? wealth + alpha : wealth - bid / (1 - bid)
    since = promoted ? 0 : since + 1
  }
  const bid = Math.max(0, wealth) / (2 + since)
  return Math.min(alpha, bid / (1 + bid))
}
