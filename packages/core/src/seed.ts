import { createHash } from 'node:crypto'

/** A seed in [0, 2^31) derived from a parent seed and a path of names: independent streams that do not depend on the order in which they are asked for. */
export function deriveSeed(seed: number, ...path: (string | number)[]): number {
  return (
    createHash('sha256')
      .update(JSON.stringify([seed, ...path]))
      .digest()
      .readUInt32LE(0) >>> 1
  )
}

/** A uniform random number in [0, 1); the same seed gives the same sequence everywhere. */
export type Random = () => number

/** The generator mulberry32 (T. Ettinger, public domain): 32 bits of state, ample for sampling and shuffling. */
export function random(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** A shuffled copy (Fisher-Yates). */
export function shuffle<T>(items: readonly T[], next: Random): T[] {
  const copy = [...items]
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1))
    const held = copy[i] as T
    copy[i] = copy[j] as T
    copy[j] = held
  }
  return copy
}
