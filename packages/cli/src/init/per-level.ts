/** The least number of tasks a level that makes so many in all, levels being of unlike sizes; no more than the largest holds. */
export function perLevel(sizes: readonly number[], total: number): number {
  const most = Math.max(1, ...sizes)
  const drawn = (each: number) => sizes.reduce((sum, size) => sum + Math.min(size, each), 0)
  let [low, high] = [1, most]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (drawn(middle) >= total) high = middle
    else low = middle + 1
  }
  return low
}
