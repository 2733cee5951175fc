import { binomialTail } from './binomial.ts'
import type { Interval } from './wilson.ts'

/** Cells of each numerical integral: more moves no end by as much as a hundredth of a task. */
const cells = 160

/**
 * The interval of the paired difference (wins - losses) / n that belongs to the exact McNemar test: it leaves out zero exactly when the
 * two-sided test rejects, and with nothing discordant it is as wide as n allows (the rule of three), never a point. The chance of a win
 * among the discordant and the share of discordant tasks each have their Clopper-Pearson confidence distribution; the two are melded (Fay
 * & Lumbard 2021, Stat. Med. 40:1147). `tail` is the error allowed at each end: 0.025 for a 95% interval.
 */
export function mcnemarInterval(wins: number, losses: number, n: number, tail = 0.025): Interval {
  if (!(wins >= 0 && losses >= 0 && wins + losses <= n)) throw new RangeError(`mcnemarInterval: ${wins} wins and ${losses} losses of ${n}`)
  if (n === 0) return { low: -1, high: 1 }
  return { low: lowerEnd(wins, losses, n, tail), high: -lowerEnd(losses, wins, n, tail) }
}

/** The difference d at which the lower confidence distribution, P((2 win - 1) differing <= d), reaches `tail`. */
function lowerEnd(wins: number, losses: number, n: number, tail: number): number {
  const m = wins + losses
  const negative = wins === 0 ? 1 : binomialTail(wins, m, 0.5)
  // below zero the share of differing tasks is taken at its largest, above zero at its smallest
  if (negative > tail) {
    const win = wins === 0 ? [{ at: 0, weight: 1 }] : cellsOf((b) => binomialTail(wins, m, b), 0, 0.5, wins / m, m)
    const differs = tabulate((t) => 1 - binomialTail(m + 1, n, t), m / n, n)
    return bisect(-1, 0, (d) => win.reduce((sum, { at, weight }) => sum + weight * differs(d / (2 * at - 1)), 0) > tail)
  }
  const win = cellsOf((b) => binomialTail(wins, m, b), 0.5, 1, wins / m, m)
  const differs = tabulate((t) => binomialTail(m, n, t), m / n, n)
  return bisect(0, 1, (d) => negative + win.reduce((sum, { at, weight }) => sum + weight * differs(d / (2 * at - 1)), 0) > tail)
}

/** Where a rate of `size` trials about `rate` may lie: all that has a chance worth counting. */
function supportOf(rate: number, size: number): [number, number] {
  const spread = 9 * Math.sqrt((rate * (1 - rate) + 1 / size) / size) + 9 / size
  return [Math.max(0, rate - spread), Math.min(1, rate + spread)]
}

function cellsOf(cdf: (at: number) => number, from: number, to: number, rate: number, size: number) {
  const [least, most] = supportOf(rate, size)
  const [low, high] = [Math.max(from, least), Math.min(to, most)]
  const found: { at: number; weight: number }[] = []
  let before = low === from ? cdf(from) : 0
  for (let i = 1; i <= cells && high > low; i++) {
    const at = low + ((high - low) * i) / cells
    const here = cdf(at)
    found.push({ at: at - (high - low) / cells / 2, weight: here - before })
    before = here
  }
  return found
}

/** A monotone function of [0, 1] as a table over its support, read linearly between entries. */
function tabulate(f: (at: number) => number, rate: number, size: number): (at: number) => number {
  const [low, high] = supportOf(rate, size)
  const table = Float64Array.from({ length: cells + 1 }, (_, i) => f(low + ((high - low) * i) / cells))
  return (at) => {
    const place = ((Math.min(Math.max(at, low), high) - low) / (high - low)) * cells
    const i = Math.min(cells - 1, Math.floor(place))
    const [a, b] = [table[i] as number, table[i + 1] as number]
    return a + (b - a) * (place - i)
  }
}

/** The point of [low, high] from which on `beyond` holds. */
function bisect(low: number, high: number, beyond: (at: number) => boolean): number {
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if (beyond(middle)) high = middle
    else low = middle
  }
  return (low + high) / 2
}
