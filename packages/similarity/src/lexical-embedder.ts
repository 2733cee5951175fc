import { random, type Embedder } from '@whetstone/core'
import { spaceWords } from './words-of.ts'

/** English words that say nothing about what a text is on; in prose they keep a fifth of their weight. In a text of a few words each one may be a name (a key called `of`). */
const fewWords = 8
const functionWords = new Set(
  (
    'a an and are as at be been but by can could did do does each for from had has have he her his how i if in into is it its many may more most much no not of on one or our she ' +
    'should so than that the their them then there these they this those to was we were what when where which while who will with would you your'
  ).split(' '),
)

/** Non-zero positions of one feature. Sixteen signed positions make features nearly orthogonal: two unrelated ones have an inner product of about 1/sqrt(dimensions), never a full collision. */
const positionsPerFeature = 16

/** FNV-1a, 32 bits, over UTF-16 units. */
function seedOf(feature: string): number {
  let state = 0x811c9dc5
  for (let i = 0; i < feature.length; i++) state = Math.imul(state ^ feature.charCodeAt(i), 0x01000193)
  return state >>> 0
}

/** The features of a text with their weights: words, neighbouring word pairs, and letter trigrams of longer words (so that inflections meet). Numbers count half: they rarely say what a text is on. */
export function lexicalFeatures(text: string): Map<string, number> {
  const counts = new Map<string, number>()
  const add = (feature: string, weight: number) => counts.set(feature, (counts.get(feature) ?? 0) + weight)
  let previous: string | null = null
  const tokens =
    spaceWords(text.normalize('NFKC'))
      .toLowerCase()
      .match(/\p{L}+|\p{N}+/gu) ?? []
  const prose = tokens.filter((token) => /^\p{L}/u.test(token)).length > fewWords
  for (const token of tokens) {
    if (/^\p{N}/u.test(token)) {
      add(`n ${token}`, 0.5)
      previous = null
      continue
    }
    const common = prose && functionWords.has(token)
    add(`w ${token}`, common ? 0.2 : 1)
    if (previous !== null) add(`p ${previous} ${token}`, common ? 0.1 : 0.5)
    if (!common && token.length >= 4) {
      const padded = `^${token}$`
      for (let i = 0; i + 3 <= padded.length; i++) add(`g ${padded.slice(i, i + 3)}`, 1 / (padded.length - 2))
    }
    // Korean glues its particles to the noun: pairs of syllables meet where whole words do not.
    if (/\p{Script=Hangul}/u.test(token))
      for (let i = 0; i + 2 <= token.length; i++) add(`h ${token.slice(i, i + 2)}`, 1 / (token.length - 1))
    previous = token
  }
  return counts
}

/**
 * The built-in embedder, which needs no download: hashed word and character n-grams (the hashing trick of Weinberger et al. 2009 with sparse signed projections, Achlioptas 2003), sublinear counts, unit vectors.
 * Queries and documents are embedded alike. A text without letters or digits becomes a fixed unit vector that is near nothing.
 */
export function lexicalEmbedder(options: { dimensions?: number } = {}): Embedder {
  const dimensions = options.dimensions ?? 1024
  const known = new Map<string, Int32Array>()
  const projection = (feature: string): Int32Array => {
    let positions = known.get(feature)
    if (!positions) {
      const next = random(seedOf(feature))
      // Sign and place in one number: positive places add, complemented ones (~place) subtract.
      positions = Int32Array.from({ length: positionsPerFeature }, () => {
        const place = Math.floor(next() * dimensions)
        return next() < 0.5 ? place : ~place
      })
      known.set(feature, positions)
    }
    return positions
  }
  const embedOne = (text: string): Float32Array => {
    const vector = new Float64Array(dimensions)
    for (const [feature, count] of lexicalFeatures(text)) {
      const weight = count > 1 ? 1 + Math.log(count) : count
      for (const position of projection(feature)) {
        if (position >= 0) vector[position]! += weight
        else vector[~position]! -= weight
      }
    }
    let length = 0
    for (const value of vector) length += value * value
    if (length === 0) vector[0] = length = 1
    const scale = 1 / Math.sqrt(length)
    return Float32Array.from(vector, (value) => value * scale)
  }
  return {
    id: `lexical-1-${dimensions}`,
    dimensions,
    embed: async (texts) => texts.map(embedOne),
    async [Symbol.asyncDispose]() {
      known.clear()
    },
  }
}
