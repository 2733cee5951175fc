/**
 * The level spent on look k = 1, 2, … at one fixed validation set: 6 alpha / (pi² k²). The sum over all looks is alpha, so that the chance
 * of any false promotion stays below it.
 */
export function spendAlpha(alpha: number, look: number): number {
  if (!(Number.isInteger(look) && look >= 1)) throw new RangeError(`spendAlpha: looks are counted from 1, not ${look}`)
  return (6 * alpha) / (Math.PI ** 2 * look ** 2)
}
