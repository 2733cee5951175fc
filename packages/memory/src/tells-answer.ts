import { numbersIn, valueOf } from './numbers/numbers-in.ts'
import { plainText } from './numbers/plain-text.ts'
import { equal, type Rational } from './numbers/rational.ts'
import { wordNumbers } from './numbers/word-numbers.ts'

/** Longest answer that is looked for: a longer one is a program or a proof. */
const longestAnswer = 80

/** Whether a text holds the expected answer: as a number in any notation where it is one, else as the same expression or word, spacing and markup aside. Answers of a single letter are not looked for: every text holds them. */
export function tellsAnswer(text: string, answer: string): boolean {
  const plain = answer.trim()
  if (plain === '' || plain.length > longestAnswer) return false
  const values = answerValues(plain)
  if (values.length === 0) return holdsExpression(text, plain)
  const found = numbersOf(text)
  return values.some((value) => found.some((number) => equal(number, value) || rounds(number, value)) || readBackwards(text, value))
}

/** One memory meets many tasks: what was read from the latest texts is kept. */
const read = new Map<string, Rational[]>()
function numbersOf(text: string): Rational[] {
  let numbers = read.get(text)
  if (!numbers) {
    if (read.size >= 5000) read.clear()
    read.set(text, (numbers = numbersIn(text)))
  }
  return numbers
}

/** The number that an answer is, in all its readings: a box, a currency, a unit and a leading `x =` are passed over. Empty where the answer is no number: (3, -4), 2\sqrt{3}. */
function answerValues(answer: string): Rational[] {
  const bare = answer
    .replace(/^\$?\\boxed\{(.*)\}\$?$/, '$1')
    .replace(/^[a-z]\s*=\s*/i, '')
    .replace(/^[€£¥]\s*|\s*(?:[€£¥¢°]|\^\\circ)$/g, '')
  const values = valueOf(bare)
  return values.length > 0 ? values : valueOf(bare.replace(/(?<=\d)(?:\s*\\text\s*\{[^{}]*\}|\s+[a-z][a-z. ]*)$/i, ''))
}

/** A decimal of at least two places, and three digits or a leading zero, that is a never-ending fraction rounded or cut: 0.33 and 0.333 for 1/3. */
function rounds(found: Rational, value: Rational): boolean {
  if (ends(value) || !ends(found) || found.d < 50n) return false
  const places = found.d.toString().length
  for (let digits = 2; digits <= places + 4; digits++) {
    const scale = 10n ** BigInt(digits)
    if ((found.n * scale) % found.d !== 0n) continue
    const scaled = (found.n * scale) / found.d
    const cut = (value.n * scale) / value.d
    const nearest = (2n * value.n * scale + (value.n < 0n ? -value.d : value.d)) / (2n * value.d)
    return scaled === cut || scaled === nearest
  }
  return false
}

/** Whether a fraction is a terminating decimal. */
function ends({ d }: Rational): boolean {
  let left = d
  while (left % 2n === 0n) left /= 2n
  while (left % 5n === 0n) left /= 5n
  return left === 1n
}

/** A text that speaks of reading backwards and holds the reversed digits. */
function readBackwards(text: string, { n, d }: Rational): boolean {
  if (d !== 1n || n < 10n || !/\b(?:backwards?|revers\w+|right[- ]to[- ]left|mirror\w*)\b/i.test(text)) return false
  const reversed = [...n.toString()].reverse().join('')
  return new RegExp(`(?<![\\d.,])${reversed}(?![\\d]|[.,]\\d)`).test(text)
}

/** Expressions are compared without spaces, markup and multiplication signs, and must not be a part of a longer word or number; words whole, in any case. */
function holdsExpression(text: string, answer: string): boolean {
  const bare = (value: string) =>
    wordNumbers(plainText(value))
      .replace(/\\(?=[a-z])/g, '')
      .replace(/(\^|sqrt)\s*\((\w+)\)/g, '$1$2')
      .replace(/π/g, 'pi')
      .replace(/[{}*]/g, '')
  if (/^[\p{L}\s'-]+$/u.test(answer)) {
    if (answer.length < 2) return false
    return new RegExp(`(?<![\\p{L}\\p{N}])${escape(answer.toLowerCase()).replace(/\s+/g, '\\s+')}(?![\\p{L}\\p{N}])`, 'u').test(
      text.normalize('NFKC').toLowerCase(),
    )
  }
  const wanted = [...bare(answer).replace(/\s/g, '')]
  if (wanted.length < 2) return false
  const word = /[\p{L}\p{N}]/u
  const before = word.test(wanted[0] as string) ? '(?<![\\p{L}\\p{N}]|\\d[.,])' : ''
  const after = word.test(wanted.at(-1) as string) ? '(?![\\p{L}\\p{N}]|[.,]\\d)' : ''
  return new RegExp(`${before}${wanted.map(escape).join('\\s*')}${after}`, 'u').test(bare(text))
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
