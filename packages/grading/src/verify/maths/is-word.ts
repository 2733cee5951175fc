const shortWords = new Set(
  'ab ad ah am an as at ax be by do eh em ex fa go ha he hi ho id if in is it la lo ma me mi mu my no of oh ok on or os ox pa pi re so ta ti to uh um up us we ye yo'.split(
    ' ',
  ),
)
/** `ab` and `xy` are read as words only where no mathematics shows. */
const products = new Set('ab ad ax ex ma mi mu pa re ta ti um os la'.split(' '))

/**
 * Whether letters alone are a word, whose order counts, and not a product of symbols, whose order does not: three letters or more unless
 * they follow each other in the alphabet (`abc`, `xyz`), and the usual words of two.
 */
export function isWord(latex: string): boolean {
  if (!/^[A-Za-z]{2,}$/.test(latex)) return false
  const letters = latex.toLowerCase()
  if (letters.length === 2) return shortWords.has(letters) && !products.has(letters)
  return ![...letters].every((letter, i) => i === 0 || letter.charCodeAt(0) === letters.charCodeAt(i - 1) + 1)
}
