import { hash32, shingleHashes } from './shingle-hashes.ts'
import { templateOf } from './template-of.ts'

/** Bands x rows of the signature: pairs of Jaccard similarity s meet with probability 1 - (1 - s^rows)^bands: 0.5 at s = 0.50, 0.99 at 0.72. */
const bands = 20
const rows = 4
const size = bands * rows
/** Words a shingle: pairs and triples make short questions comparable. */
const span = 2

export type NearDuplicatesOptions = {
  /** Least estimated Jaccard similarity of the word pairs. */
  threshold?: number
  onProgress?: (done: number) => void
}

/**
 * Clusters of texts that are nearly the same: MinHash signatures (Broder 1997) of word pairs, banded (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4), candidates checked against the
 * whole signature. Only texts with the same numbers and signs of arithmetic can be near-duplicates: questions of one template that differ in a number are different tasks.
 *
 * Returns for each text the place of the first text of its cluster (its own where it stands alone). Memory is about 200 bytes a text, time grows with the number of texts.
 */
export function nearDuplicates(
  texts: Iterable<string>,
  count: number,
  { threshold = 0.7, onProgress }: NearDuplicatesOptions = {},
): Uint32Array {
  const finder = duplicateFinder({ threshold, count })
  for (const text of texts) {
    const done = finder.add(text)
    if (onProgress && done % 10_000 === 0) onProgress(done)
  }
  return finder.clusters()
}

/** {@link nearDuplicates} of texts that come one after another, however many; `count` is how many are expected. */
export function duplicateFinder({ threshold = 0.7, count = 1024 }: { threshold?: number; count?: number } = {}) {
  // Sixteen bits of each minimum are kept: two signatures that differ agree by chance in 1 of 65,536 places.
  let signatures = new Uint16Array(count * size)
  let keys = Array.from({ length: bands }, () => new Uint32Array(count))
  let room = count
  const minima = new Uint32Array(size)
  let at = 0
  const grow = () => {
    room = Math.max(1024, room * 2)
    const [olderSignatures, olderKeys] = [signatures, keys]
    signatures = new Uint16Array(room * size)
    signatures.set(olderSignatures)
    keys = olderKeys.map((older) => {
      const key = new Uint32Array(room)
      key.set(older)
      return key
    })
  }
  return {
    /** Takes a text in; gives how many there are now. */
    add(text: string): number {
      if (at === room) grow()
      signText(text, minima, signatures, keys, at)
      return ++at
    },
    /** For each text the place of the first of its cluster. */
    clusters(): Uint32Array {
      const parent = Uint32Array.from({ length: at }, (_, index) => index)
      const wanted = Math.ceil(threshold * size)
      for (const key of keys) joinBand(key, at, signatures, wanted, parent)
      return parent.map((_, index) => rootOf(parent, index))
    },
  }
}

const multipliers = Uint32Array.from({ length: size }, (_, index) => hash32(`multiplier ${index}`) | 1)
const offsets = Uint32Array.from({ length: size }, (_, index) => hash32(`offset ${index}`))

function signText(text: string, minima: Uint32Array, signatures: Uint16Array, keys: readonly Uint32Array[], at: number): void {
  const { form, figures } = templateOf(text)
  minima.fill(0xffffffff)
  for (const shingle of shingleHashes(form.split(' '), span)) {
    for (let i = 0; i < size; i++) {
      const value = (Math.imul(shingle, multipliers[i] as number) + (offsets[i] as number)) >>> 0
      const mixed = (value ^ (value >>> 15)) >>> 0
      if (mixed < (minima[i] as number)) minima[i] = mixed
    }
  }
  for (let i = 0; i < size; i++) signatures[at * size + i] = (minima[i] as number) >>> 16
  const numbers = hash32(figures)
  for (let band = 0; band < bands; band++) {
    let key = numbers
    for (let row = 0; row < rows; row++) {
      key = Math.imul(key ^ (minima[band * rows + row] as number), 0x9e3779b1)
      key ^= key >>> 15
    }
    ;(keys[band] as Uint32Array)[at] = key >>> 0
  }
}

/** Joins what falls into one bucket and agrees. Within a bucket each text is compared with the few cluster heads seen there, so that a bucket of a million copies costs a million comparisons. */
function joinBand(key: Uint32Array, count: number, signatures: Uint16Array, wanted: number, parent: Uint32Array): void {
  const order = new BigUint64Array(count)
  for (let i = 0; i < count; i++) order[i] = (BigInt(key[i] as number) << 32n) | BigInt(i)
  order.sort()
  const view = new Uint32Array(order.buffer)
  let heads: number[] = []
  for (let i = 0; i < count; i++) {
    const index = view[2 * i] as number
    if (i === 0 || view[2 * i + 1] !== view[2 * i - 1]) heads = []
    const head = heads.find((other) => rootOf(parent, other) === rootOf(parent, index) || agreement(signatures, other, index) >= wanted)
    if (head === undefined) {
      if (heads.length < 64) heads.push(index)
    } else join(parent, head, index)
  }
}

function agreement(signatures: Uint16Array, a: number, b: number): number {
  let equal = 0
  for (let i = 0; i < size; i++) if (signatures[a * size + i] === signatures[b * size + i]) equal++
  return equal
}

function rootOf(parent: Uint32Array, index: number): number {
  let root = index
  while (parent[root] !== root) root = parent[root] as number
  while (parent[index] !== root) {
    const next = parent[index] as number
    parent[index] = root
    index = next
  }
  return root
}

function join(parent: Uint32Array, a: number, b: number): void {
  const [one, other] = [rootOf(parent, a), rootOf(parent, b)]
  if (one < other) parent[other] = one
  else if (other < one) parent[one] = other
}
