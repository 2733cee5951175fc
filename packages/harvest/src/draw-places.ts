import { random, shuffle } from '@whetstone/core'

/** The places of `size` rows that are drawn at random, in the order of the draw: what shuffling the rows themselves would give. */
export const drawPlaces = (size: number, seed: number): number[] =>
  shuffle(
    Array.from({ length: size }, (_, place) => place),
    random(seed),
  )

/** How many rows there are of each kind, in the order in which kinds come up. */
export async function countBy<T>(rows: AsyncIterable<T> | Iterable<T>, kind: (row: T) => string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>()
  for await (const row of rows) sizes.set(kind(row), (sizes.get(kind(row)) ?? 0) + 1)
  return sizes
}
