/**
 * Holm's step-down adjustment (Holm 1979) of several p-values, in their order: an adjusted p below alpha stays significant with the
 * family-wise error at most alpha.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => (pValues[a] as number) - (pValues[b] as number))
  const adjusted = new Array<number>(pValues.length)
  let largest = 0
  for (const [rank, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * (pValues[index] as number)))
    adjusted[index] = largest
  }
  return adjusted
}
