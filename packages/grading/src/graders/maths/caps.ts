/**
 * Longest expression that is read, deepest nesting, and longest run of digits: beyond them parsers take seconds and no task's answer lies.
 */
const longest = 4096
const deepest = 64
const longestDigits = 256

/** Why an expression is not read at all, or null. */
export function beyondCaps(text: string): string | null {
  if (text.length > longest) return `longer than ${longest} characters`
  let depth = 0
  let digits = 0
  for (const character of text) {
    if ('{[('.includes(character) && ++depth > deepest) return `nested deeper than ${deepest}`
    if ('}])'.includes(character)) depth = Math.max(0, depth - 1)
    digits = character >= '0' && character <= '9' ? digits + 1 : 0
    if (digits > longestDigits) return `more than ${longestDigits} digits in a row`
  }
  return null
}
