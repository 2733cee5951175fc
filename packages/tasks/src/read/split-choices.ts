/** Choices that a cell spells as text: `A) 126 | B) 116`, `A. one; B. two`, lines, `['a', 'b']` as Python writes lists, `126|116|115`; null where it is none. */
export function splitChoices(cell: string): { texts: string[]; labels: string[] } | null {
  const text = cell.trim()
  return quoted(text) ?? lettered(text) ?? parted(text)
}

/** A list or a set as Python writes it, with or without commas (numpy). */
function quoted(text: string): { texts: string[]; labels: string[] } | null {
  const list = /^array\(([\s\S]*?)(?:,\s*dtype=\w+)?\)$/.exec(text)?.[1] ?? text
  const inner = /^[[({]([\s\S]*)[\])}]$/.exec(list.trim())?.[1]
  if (inner === undefined) return null
  const item = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d+)?))\s*(?:,|(?=['"])|$)/y
  const texts: string[] = []
  for (let at = 0; at < inner.length;) {
    item.lastIndex = at
    const found = item.exec(inner)
    if (!found || found[0] === '') return null
    texts.push((found[1] ?? found[2] ?? found[3] ?? '').replace(/\\(['"\\])/g, '$1'))
    at = item.lastIndex
  }
  return texts.length >= 2 ? { texts, labels: [] } : null
}

/** Letters in their order, each before its choice, whatever stands between. */
function lettered(text: string): { texts: string[]; labels: string[] } | null {
  const letters = 'ABCDEFGHIJ'
  const upper = /^\(?[a-j]\s?[).:]/.test(text) ? (letter: string) => letter.toLowerCase() : (letter: string) => letter
  const places: { from: number; to: number }[] = []
  for (let at = 0; places.length < letters.length;) {
    const mark = new RegExp(`(?:^|[\\s|;,/])\\(?${upper(letters[places.length] as string)}\\s?[).:]\\s?`, 'g')
    mark.lastIndex = at
    const found = mark.exec(text)
    if (!found || (places.length === 0 && found.index > 0)) break
    places.push({ from: found.index, to: mark.lastIndex })
    // the next mark may begin where this one ends
    at = mark.lastIndex
  }
  if (places.length < 2) return null
  const texts = places.map(({ to }, n) =>
    text
      .slice(to, places[n + 1]?.from)
      .replace(/[\s|;,/]+$/, '')
      .trim(),
  )
  return texts.every((each) => each !== '') ? { texts, labels: places.map((_, n) => letters[n] as string) } : null
}

/** Parts between bars, lines or semicolons. */
function parted(text: string): { texts: string[]; labels: string[] } | null {
  for (const mark of ['|', '\n', ';', '\t']) {
    const texts = text.split(mark).map((each) => each.trim())
    if (texts.length >= 2 && texts.length <= 10 && texts.every((each) => each !== '')) return { texts, labels: [] }
  }
  return null
}
