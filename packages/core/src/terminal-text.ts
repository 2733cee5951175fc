import { visibleText } from './visible-text.ts'

/** Characters that take two cells: East Asian wide and full-width ones (Unicode's EastAsianWidth W and F, by blocks) and emoji. */
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{17000}-\u{18DFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u
/** Marks that stand on the character before them. */
const none = /[\p{Mn}\p{Me}]/u

const cells = (character: string) => (none.test(character) ? 0 : wide.test(character) ? 2 : 1)
// eslint-disable-next-line no-control-regex
const plain = /^[\x20-\x7E]*$/

/** Foreign text for one line of a terminal: hidden characters shown, line ends and tabs spaces. */
export const lineText = (text: string): string => (plain.test(text) ? text : visibleText(text.replace(/[^\S ]+/g, ' ')))

/** Cells that a line takes on a terminal. */
export function terminalWidth(line: string): number {
  if (plain.test(line)) return line.length
  let width = 0
  for (const character of line) width += cells(character)
  return width
}

/** A line filled up with spaces to so many cells, behind it or, with `start`, before it. */
export function padLine(line: string, width: number, start = false): string {
  const spaces = ' '.repeat(Math.max(0, width - terminalWidth(line)))
  return start ? spaces + line : line + spaces
}

/** A line of so many cells at most; an ellipsis stands for what is cut. */
export function cutLine(line: string, width: number): string {
  if (terminalWidth(line) <= width) return line
  let kept = ''
  let used = 1
  for (const character of line) {
    used += cells(character)
    if (used > width) break
    kept += character
  }
  return `${kept}…`
}
