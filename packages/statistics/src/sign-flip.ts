import { random } from '@whetstone/core'

export type SignFlip = {
  /** P(sum >= observed), P(sum <= observed) and P(|sum| >= |observed|) when each difference's sign is a fair coin. */
  greater: number
  less: number
  twoSided: number
  /**
   * False when the p-values were estimated from `draws` random flips: (1 + hits) / (1 + draws), which is itself a valid p-value (Phipson &
   * Smyth 2010).
   */
  exact: boolean
}

/**
 * Paired sign-flip permutation test (Fisher 1935): under the null the two arms are exchangeable within each unit (a task, or the sum over a
 * cluster), so each difference may change its sign. Exact by dynamic programming over the lattice on which the differences lie, however
 * many there are; random flips only where they share no unit or the lattice is too large.
 */
export function signFlip(differences: readonly number[], options: { seed: number; draws?: number }): SignFlip {
  const nonzero = differences.filter((difference) => difference !== 0)
  if (nonzero.length === 0) return { greater: 1, less: 1, twoSided: 1, exact: true }
  const steps = latticeSteps(nonzero)
  const total = steps?.reduce((sum, step) => sum + Math.abs(step), 0) ?? 0
  if (steps && total * steps.length <= 100_000_000) return exactly(steps, total)
  return byDraws(nonzero, options.seed, options.draws ?? 20_000)
}

/** The differences as whole multiples of 1/q for the smallest q up to 1000, or null. */
function latticeSteps(differences: readonly number[]): number[] | null {
  const distinct = [...new Set(differences)]
  for (let q = 1; q <= 1000; q++) {
    if (distinct.every((value) => Math.abs(value * q - Math.round(value * q)) < 1e-9 * q))
      return differences.map((value) => Math.round(value * q))
  }
  return null
}

/** P over all 2^n flips: after each step, chance[x] is the probability that the positive part sums to x. */
function exactly(steps: readonly number[], total: number): SignFlip {
  // two arrays that take turns: one a step would be gigabytes of garbage
  let chance = new Float64Array(total + 1)
  let next = new Float64Array(total + 1)
  chance[0] = 1
  let reach = 0
  for (const step of steps) {
    const size = Math.abs(step)
    next.fill(0, 0, reach + size + 1)
    for (let x = 0; x <= reach; x++) {
      const half = (chance[x] as number) / 2
      next[x] = (next[x] as number) + half
      next[x + size] = (next[x + size] as number) + half
    }
    reach += size
    ;[chance, next] = [next, chance]
  }
  const observed = steps.reduce((sum, step) => sum + step, 0)
  // the sum is 2x - total: symmetric, so that one tail serves both sides
  const tail = (sum: number) => {
    let p = 0
    for (let x = total; 2 * x - total >= sum && x >= 0; x--) p += chance[x] as number
    return Math.min(1, p)
  }
  return {
    greater: tail(observed),
    less: tail(-observed),
    twoSided: observed === 0 ? 1 : Math.min(1, 2 * tail(Math.abs(observed))),
    exact: true,
  }
}

function byDraws(differences: readonly number[], seed: number, draws: number): SignFlip {
  const next = random(seed)
  const observed = differences.reduce((sum, difference) => sum + difference, 0)
  const slack = 1e-9 * differences.reduce((sum, difference) => sum + Math.abs(difference), 0)
  let above = 0
  let below = 0
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0
    for (const difference of differences) sum += next() < 0.5 ? difference : -difference
    if (sum >= observed - slack) above++
    if (sum <= observed + slack) below++
  }
  const p = (hits: number) => (hits + 1) / (draws + 1)
  return { greater: p(above), less: p(below), twoSided: Math.min(1, 2 * p(Math.min(above, below))), exact: false }
}
