/** The text of one row of a JSON array or of a JSONL file, and the line it starts on (from 1). */
export type RowText = { text: string; line: number }

/**
 * Splits a JSON array of objects, an object that holds one, or JSONL into rows without parsing the whole, so that one damaged row costs only itself: where a row does not parse, reading goes on at the next line
 * that begins an object at the rows' own indentation.
 */
export function splitRows(text: string): RowText[] {
  const lineAt = lineCounter(text)
  const first = /\S/.exec(text)?.index
  if (first === undefined) return []
  const start = text[first] === '{' ? wrapped(text, first) : text[first] === '[' ? first : null
  if (start === null) return text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [{ text: line.trim(), line: index + 1 }]))

  const rows: RowText[] = []
  let indentation: number | null = null
  for (let place = start + 1; place < text.length;) {
    const begin = place + (/^[\s,]*/.exec(text.slice(place))?.[0].length ?? 0)
    if (begin >= text.length || text[begin] === ']') break
    indentation ??= begin - (text.lastIndexOf('\n', begin) + 1)
    let end = endOfValue(text, begin)
    const row = text.slice(begin, end)
    if (!parses(row)) {
      const next = new RegExp(`\\n[ \\t]{${indentation}}\\{`, 'g')
      next.lastIndex = begin + 1
      const found = text.includes('\n') ? next.exec(text) : null
      if (found && found.index < end) end = found.index
      else if (found && end >= text.length) end = found.index
    }
    rows.push({ text: text.slice(begin, end).trim().replace(/,$/, ''), line: lineAt(begin) })
    place = Math.max(end, begin + 1)
  }
  return rows
}

/** Where the array begins in an object such as {"memories": [...]}; null when the text is rows, not one object around them. */
function wrapped(text: string, first: number): number | null {
  const [head] = /^\{\s*"[^"\n]*"\s*:\s*\[/.exec(text.slice(first, first + 200)) ?? []
  if (head === undefined) return null
  const open = first + head.length - 1
  return /^\s*[{\]]/.test(text.slice(open + 1, open + 200)) ? open : null
}

/** The end of the value that begins here: after its matching bracket, or at the next comma or closing bracket. */
function endOfValue(text: string, begin: number): number {
  let depth = 0
  let quoted = false
  for (let place = begin; place < text.length; place++) {
    const character = text[place]
    if (quoted) {
      if (character === '\\') place++
      else if (character === '"') quoted = false
    } else if (character === '"') quoted = true
    else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') {
      if (depth === 0) return place
      if (--depth === 0) return place + 1
    } else if (character === ',' && depth === 0) return place
  }
  return text.length
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Line numbers for places that only grow. */
function lineCounter(text: string): (place: number) => number {
  let line = 1
  let counted = 0
  return (place) => {
    for (; counted < place; counted++) if (text[counted] === '\n') line++
    return line
  }
}
