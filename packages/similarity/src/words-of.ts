import { normalizeText } from './normalize-text.ts'

/** Scripts that put no spaces between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々〆]+/gu
const hasUnspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const segmenter = new Intl.Segmenter('und', { granularity: 'word' })
/** Letters with their marks, or a number with its decimals; where `symbols`, also the signs of arithmetic. */
const word = /[\p{L}\p{M}]+|\d+(?:[.,]\d+)*/gu
const wordOrSymbol = /[\p{L}\p{M}]+|\d+(?:[.,]\d+)*|[-+*/=<>^%×÷±√]/gu

/** A text with spaces between its words, where its script puts none (Chinese, Japanese, Thai, Lao, Khmer, Burmese), as the Unicode segmenter divides them. */
export const spaceWords = (text: string): string =>
  hasUnspaced.test(text)
    ? text.replace(unspaced, (run) => ` ${[...segmenter.segment(run)].map(({ segment }) => segment).join(' ')} `)
    : text

/**
 * Words and numbers of a text in order, normalised (see {@link normalizeText}); in scripts without spaces as the Unicode segmenter divides them. Punctuation is left out; signs of arithmetic are kept
 * on demand.
 */
export function wordsOf(text: string, { symbols = false }: { symbols?: boolean } = {}): string[] {
  const divided = spaceWords(normalizeText(text))
  return divided.match(symbols ? wordOrSymbol : word) ?? []
}
