import { ratio, type Rational } from './rational.ts'

const digits: Record<string, number> = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 }
const numeral = /(?<![\p{L}\p{N}_.\\])(?=[IVXLCDM]{2})M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})(?![\p{L}\p{N}])/gu

/** Small letters make a numeral only where they make no word: three or more of i, v, x, l, c. */
const small = /(?<![\p{L}\p{N}_.\\])(?=[ivxlc]{3})c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})(?![\p{L}\p{N}])/gu

/** Roman numerals of two capital letters or more; single letters are too often something else. */
export function romanNumerals(text: string): Rational[] {
  return [...text.matchAll(numeral), ...text.matchAll(small)].map(([found]) => {
    const letters = found.toUpperCase()
    let value = 0
    for (const [index, letter] of [...letters].entries()) {
      const [here, next] = [digits[letter] as number, digits[letters[index + 1] ?? ''] ?? 0]
      value += here < next ? -here : here
    }
    return ratio(BigInt(value)) as Rational
  })
}
