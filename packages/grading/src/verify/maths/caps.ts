/**
 * Longest expression that is read, deepest nesting, and longest runs of digits, of letters, and of one sign: beyond them parsers take
 * seconds and no task's answer lies.
 */
const longest = 4096
const deepest = 64
const longestDigits = 256
const longestWord = 256
const longestSigns = 64

/** Why an expression is not read at all, or null. */
export function beyondCaps(text: string): string | null {
  if (text.length > longest) return `longer than ${longest} characters`
  let depth = 0
  for (const character of text) {
    if ('{[('.includes(character) && ++depth > deepest) return `nested deeper than ${deepest}`
    if ('}])'.includes(character)) depth = Math.max(0, depth - 1)
  }
  let [digits, letters, signs] = [0, 0, 0]
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string
    digits = character >= '0' && character <= '9' ? digits + 1 : 0
    letters = /[A-Za-z]/.test(character) ? letters + 1 : 0
    signs = digits + letters === 0 && character === text[at - 1] && character !== ' ' ? signs + 1 : 0
    if (digits > longestDigits) return `more than ${longestDigits} digits in a row`
    if (letters > longestWord) return `more than ${longestWord} letters in a row`
    if (signs > longestSigns) return `more than ${longestSigns} times the same sign in a row`
  }
  return null
}
