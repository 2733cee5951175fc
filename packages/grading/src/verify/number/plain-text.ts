/** What stands for one ASCII spelling of itself. Fractions get a space, so that `3½` is 3 1/2. */
const spellings: Record<string, string> = {
  '½': ' 1/2',
  '⅓': ' 1/3',
  '⅔': ' 2/3',
  '¼': ' 1/4',
  '¾': ' 3/4',
  '⅕': ' 1/5',
  '⅖': ' 2/5',
  '⅗': ' 3/5',
  '⅘': ' 4/5',
  '⅙': ' 1/6',
  '⅚': ' 5/6',
  '⅐': ' 1/7',
  '⅛': ' 1/8',
  '⅜': ' 3/8',
  '⅝': ' 5/8',
  '⅞': ' 7/8',
  '⅑': ' 1/9',
  '⅒': ' 1/10',
  '↉': ' 0/3',
  '⁄': '/',
  '∕': '/',
  '÷': '/',
  '×': '*',
  '·': '*',
  '⋅': '*',
  '∙': '*',
  '٫': '.',
  '٬': ',',
  '٪': '%',
  '。': '. ',
  '、': ', ',
  '・': ' ',
  '।': '. ',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
  '«': '"',
  '»': '"',
  '「': '"',
  '」': '"',
  '【': '[',
  '】': ']',
}
const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹'
const superscript = /[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+/gu
const dashes = /[‐‑‒–—―−﹣－➖]/gu
/** `¹⁄₂` and a minus set high before a number of full size. */
const builtFraction = /\s?([⁰¹²³⁴-⁹]+)\s?[⁄∕/]\s?([₀-₉]+)/gu
const highMinus = /⁻(?=[\d.$])/gu
/** Marks of direction and joiners, which only change how text looks. */
const invisible = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufe0e\ufe0f]/gu
const spelled = new RegExp(`[${Object.keys(spellings).join('')}]`, 'gu')
/** In mathematics `2½x` is no 2 1/2x. */
const spelledButFractions = new RegExp(
  `[${Object.keys(spellings)
    .filter((character) => !(spellings[character] as string).startsWith(' '))
    .join('')}]`,
  'gu',
)
const digit = /[^\x00-\x7f]/gu
const isDigit = /^\p{Nd}$/u
const zeros = new Map<string, string>()

/**
 * Digits of every script, minus signs, fractions, superscripts and full-width forms in ASCII. A long dash is a minus only where it touches
 * the number behind it and nothing before: `is –5`, not `Answer – 5` or `5–7`.
 */
export function plainText(text: string, forMaths = false): string {
  if (!/[^\x00-\x7f]/.test(text)) return text
  return text
    .replace(invisible, '')
    .replace(builtFraction, (_, over: string, under: string) => {
      const [n, d] = [over.replace(/./gu, fromSuperscript), under.replace(/./gu, fromSubscript)]
      return forMaths ? `\\frac{${n}}{${d}}` : ` ${n}/${d}`
    })
    .replace(highMinus, '-')
    .replace(superscript, (run) =>
      forMaths && /^[²³]$/.test(run)
        ? run
        : `^{${run.replace(/[⁺⁻]/, (sign) => (sign === '⁻' ? '-' : '')).replace(/./gu, fromSuperscript)}}`,
    )
    .replace(dashes, (dash, at: number, whole: string) => (isPause(dash, at, whole) ? ' , ' : '-'))
    .replace(forMaths ? spelledButFractions : spelled, (character) => spellings[character] as string)
    .replace(/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, ' ')
    .replace(digit, fullWidthOrDigit)
    .replace(percentBefore, '$1%')
}
/** `百分之25` */
const percentBefore = /百分[之の]\s?(\d+(?:\.\d+)?)(?!\s?%)/gu

/** A dash of prose, with space behind it and words before it. */
const isPause = (dash: string, at: number, whole: string) =>
  /[‒–—―]/.test(dash) && /\s/.test(whole[at + 1] ?? ' ') && /[\p{L}\p{P}]\s*$/u.test(whole.slice(Math.max(0, at - 3), at))

const fromSuperscript = (character: string) => {
  const value = superscripts.indexOf(character)
  return value < 0 ? character : String(value)
}

const fromSubscript = (character: string) => String((character.codePointAt(0) as number) - 0x2080)

function fullWidthOrDigit(character: string): string {
  const code = character.codePointAt(0) as number
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0)
  if (!isDigit.test(character)) return character
  let value = zeros.get(character)
  if (value === undefined) {
    // Each script's digits are ten code points in a row, and their zero is the first of them.
    let zero = code
    while (code - zero < 9 && isDigit.test(String.fromCodePoint(zero - 1)) && !isZero(zero)) zero--
    value = String(code - zero)
    zeros.set(character, value)
  }
  return value
}

/** Blocks of digits are aligned to 0, 6 or, among the mathematical ones, to others: their starts are known. */
const isZero = (code: number) =>
  code >= 0x1d7ce && code <= 0x1d7ff ? (code - 0x1d7ce) % 10 === 0 : (code & 0xf) === 0 || (code & 0xf) === 6
