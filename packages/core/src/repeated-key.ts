const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g

/** The first name that an object of a JSON text holds twice, or null: JSON.parse would take the last without a word. The text must be JSON. */
export function repeatedKey(text: string): string | null {
  const open: (Set<string> | null)[] = []
  let last: string | null = null
  for (const [part] of text.matchAll(token)) {
    if (part === '{') open.push(new Set())
    else if (part === '[') open.push(null)
    else if (part === '}' || part === ']') open.pop()
    else if (part === ':') {
      const names = open.at(-1)
      const name = last === null ? '' : last.includes('\\') ? (JSON.parse(last) as string) : last.slice(1, -1)
      if (names?.has(name)) return JSON.stringify(name)
      names?.add(name)
    }
    last = part.startsWith('"') ? part : null
  }
  return null
}
