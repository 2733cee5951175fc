/** FNV-1a, 32 bits, over UTF-16 units, mixed once more so that the low bits are good too. */
export function hash32(text: string, seed = 0x811c9dc5): number {
  let state = seed
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193)
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return (state ^ (state >>> 16)) >>> 0
}

/** Hashes of all runs of `size` words (of the whole where there are fewer), 32 bits each, in order; repeated runs stay. A rolling polynomial: the cost does not depend on `size`. */
export function shingleHashes(words: readonly string[], size: number): Uint32Array {
  if (words.length === 0) return new Uint32Array(0)
  const span = Math.min(size, words.length)
  const codes = words.map((word) => hash32(word))
  const base = 0x01000193
  let power = 1
  for (let i = 1; i < span; i++) power = Math.imul(power, base)
  const out = new Uint32Array(words.length - span + 1)
  let rolling = 0
  for (let i = 0; i < codes.length; i++) {
    if (i >= span) rolling = (rolling - Math.imul(codes[i - span] as number, power)) | 0
    rolling = (Math.imul(rolling, base) + (codes[i] as number)) | 0
    if (i >= span - 1) {
      let mixed = Math.imul(rolling ^ (rolling >>> 15), 0x2c1b3c6d)
      mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39)
      out[i - span + 1] = (mixed ^ (mixed >>> 15)) >>> 0
    }
  }
  return out
}
