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

/**
 * Runs contestants in turn, several times over, and returns the best rate of each: the one that neighbours on a busy machine disturbed least.
 * A contestant returns a rate.
 */
export async function inTurn<Name extends string>(
  times: number,
  contestants: Record<Name, () => Promise<number>>,
): Promise<Record<Name, number>> {
  const rates = new Map<string, number[]>()
  for (let i = 0; i < times; i++) {
    for (const [name, run] of Object.entries(contestants) as [Name, () => Promise<number>][])
      rates.set(name, [...(rates.get(name) ?? []), await run()])
  }
  return Object.fromEntries([...rates].map(([name, values]) => [name, Math.max(...values)])) as Record<Name, number>
}
