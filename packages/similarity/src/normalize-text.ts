/** Marks that change how a text looks and nothing of what it says: zero-width characters, joiners, direction marks, soft hyphens, byte order marks. */
const invisible = /[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFE00-\uFE0F\uFEFF]/g
const dashes = /[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]/g
const quotes = /[\u2018\u2019\u201A\u201B\u2032\u02BC]/g
const doubleQuotes = /[\u201C\u201D\u201E\u201F\u2033\u00AB\u00BB]/g
/** NFKC would run them into the digit before: 3½ is not 31/2, 2³ not 23. */
const fraction = /[\u00BC-\u00BE\u2150-\u215E\u2189]/g
const superscript = /[\u00B2\u00B3\u00B9\u2070-\u207E]+/g
/** What lower case leaves apart though capitals do not: STRASSE, ΟΔΟΣ, KIRMIZI, and the dot that is left of İ. */
const folded: Record<string, string> = { ß: 'ss', ς: 'σ', ı: 'i', '\u0307': '' }
/** Digits of other scripts that NFKC leaves as they are (Arabic-Indic, Devanagari, Bengali, Thai ...), by the place of their zero: each script's digits stand in a row. */
const digit = /\p{Nd}/gu

/** A decimal digit of any script as 0 to 9. Unicode lays every script's ten decimal digits in a row of its own, so that the zero is found by walking back. */
function asciiDigit(character: string): string {
  const code = character.codePointAt(0) as number
  if (code < 0x80) return character
  let zero = code
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--
  // Mathematical digits lie five alphabets in one run of fifty, which NFKC has made ASCII before.
  return String(code - zero)
}

/**
 * The same text for the same content: compatibility forms folded (NFKC), case folded, digits of every script as 0 to 9, invisible marks out, dashes and quotes of one kind each, white space as single
 * spaces. Operators, punctuation and accents stay: `2+2?` is not `2-2?`.
 */
export function normalizeText(text: string): string {
  return text
    .replace(fraction, ' $&')
    .replace(superscript, '^$&')
    .normalize('NFKC')
    .replace(invisible, '')
    .toLowerCase()
    .replace(/[ßςı\u0307]/g, (letter) => folded[letter] as string)
    .replace(digit, asciiDigit)
    .replace(/\u2044/g, '/')
    .replace(dashes, '-')
    .replace(quotes, "'")
    .replace(doubleQuotes, '"')
    .replace(/\s+/gu, ' ')
    .trim()
}
