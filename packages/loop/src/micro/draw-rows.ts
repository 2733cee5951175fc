import { deriveSeed, random, shuffle } from '@whetstone/core'

/** Rows of one level that may be trained on, and what the level's share is weighted by. */
export type Pool<T> = { level: string; rows: readonly T[]; weight: number }

/**
 * So many rows out of pools by their weights, in random order, those first that served least so far. A row serves at most `visits` times over all
 * draws that share `used`, which counts them; what a pool cannot give the others do, as far as they reach.
 */
export function drawRows<T extends { id: string }>(
  pools: readonly Pool<T>[],
  { count, visits, used, seed }: { count: number; visits: number; used: Map<string, number>; seed: number },
): T[] {
  const uses = ({ id }: T) => used.get(id) ?? 0
  const open = pools.filter(({ weight }) => weight > 0)
  const given = dealCounts(
    open.map(({ rows, weight }) => ({ weight, most: rows.reduce((sum, row) => sum + Math.max(0, visits - uses(row)), 0) })),
    count,
  )
  const drawn: T[] = []
  for (const [i, { level, rows }] of open.entries()) {
    let left = given[i] as number
    for (let turn = 0; left > 0; turn++) {
      const fresh = shuffle(rows, random(deriveSeed(seed, 'rows', level, turn))).filter((row) => uses(row) === turn)
      for (const row of fresh.slice(0, left)) {
        used.set(row.id, turn + 1)
        drawn.push(row)
        left--
      }
    }
  }
  return shuffle(drawn, random(deriveSeed(seed, 'order')))
}

/** How many each pool gives: by weight, none more than it has, the rest from those that have more. */
export function dealCounts(pools: readonly { weight: number; most: number }[], count: number): number[] {
  const given = pools.map(() => 0)
  let left = count
  let open = [...pools.keys()].filter((i) => (pools[i]?.most ?? 0) > 0)
  while (left > 0 && open.length > 0) {
    const total = open.reduce((sum, i) => sum + (pools[i]?.weight ?? 0), 0)
    const before = left
    for (const i of open) {
      const { weight, most } = pools[i] as { weight: number; most: number }
      const more = Math.min(most - (given[i] as number), Math.ceil((before * weight) / total), left)
      given[i] = (given[i] as number) + more
      left -= more
    }
    open = open.filter((i) => (given[i] as number) < (pools[i]?.most ?? 0))
  }
  return given
}
