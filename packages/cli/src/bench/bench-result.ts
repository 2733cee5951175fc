/** One comparison of the bench; ratio above 1: ours is better, whatever the unit. `target` is the least ratio we hold ourselves to. */
export type BenchResult = { name: string; model: string; ours: number; peer: number; unit: string; ratio: number; target?: number }
/** A comparison that could not be made, and why. */
export type Skipped = { name: string; skipped: string }

export const compared = (name: string, model: string, ours: number, peer: number, unit: string, target?: number): BenchResult => ({
  name,
  model,
  ours,
  peer,
  unit,
  ratio: ours / peer,
  target,
})

/** The middle value. */
export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number

/** Runs of each contestant. */
const runs = 5

/** Seconds that one run of a peer may take: PyTorch 1.13 crawled for over eight minutes at 20M. */
export const peerLimit = 240

/** Runs contestants side by side, one after the other in each of five turns, and returns the median rate of each. A contestant returns a rate. */
export async function inTurn<Name extends string>(
  contestants: Record<Name, () => Promise<number>>,
  times = runs,
): Promise<Record<Name, number>> {
  const rates = new Map<string, number[]>()
  for (let i = 0; i < times; i++) {
    for (const [name, run] of Object.entries(contestants) as [Name, () => Promise<number>][])
      rates.set(name, [...(rates.get(name) ?? []), await run()])
  }
  return Object.fromEntries([...rates].map(([name, values]) => [name, median(values)])) as Record<Name, number>
}
