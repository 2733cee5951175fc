const opens = '([{'
const closes = ')]}'

/** Position of the bracket that closes the one at `open`, any kind closing any other (`[0,1)`), or -1. Escaped braces count as brackets. */
export function closingBracket(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (opens.includes(text[at] as string)) depth++
    else if (closes.includes(text[at] as string) && --depth === 0) return at
  }
  return -1
}

/** Position of the brace that closes the one at `open`, other brackets ignored, or -1. */
export function closingBrace(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text[at] === '\\' && (text[at + 1] === '{' || text[at + 1] === '}')) at++
    else if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return at
  }
  return -1
}

/** Splits at what matches the sticky pattern outside brackets and environments. `found` has what matched between the parts. */
export function splitTop(text: string, separator: RegExp): { parts: string[]; found: string[] } {
  const parts: string[] = []
  const found: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string
    if (opens.includes(character)) depth++
    else if (closes.includes(character)) depth = Math.max(0, depth - 1)
    else if (character === '\\' && text.startsWith('\\begin{', at)) depth++
    else if (character === '\\' && text.startsWith('\\end{', at)) depth = Math.max(0, depth - 1)
    if (depth > 0) continue
    separator.lastIndex = at
    const match = separator.exec(text)
    if (!match || match[0] === '') continue
    parts.push(text.slice(start, at))
    found.push(match[0].trim())
    start = at + match[0].length
    at = start - 1
  }
  parts.push(text.slice(start))
  return { parts, found }
}

/** Replaces `\name{...}` (braces balanced) by what `replace` makes of its content; an unclosed one runs to the end. */
export function replaceCommand(text: string, name: RegExp, replace: (content: string, name: string) => string): string {
  let result = ''
  let from = 0
  for (const match of text.matchAll(name)) {
    if (match.index < from) continue
    const open = match.index + match[0].length - 1
    const close = closingBrace(text, open)
    result += text.slice(from, match.index) + replace(text.slice(open + 1, close < 0 ? undefined : close), match[0])
    from = close < 0 ? text.length : close + 1
  }
  return result + text.slice(from)
}
