/** Fields of a row that say about it, not what it teaches: ids and marks are no text to be compared. */
const about = /^(id|_?id|trace|traces|hash|weight|split|role|from|source|created_?at|.*_id)$/i

/** All that a training row, a memory or a task says, whatever its format: the texts of its fields at any depth, in order. Empty where a row holds none. */
export function rowText(row: unknown): string {
  const texts: string[] = []
  const walk = (value: unknown, name: string) => {
    if (typeof value === 'string') {
      if (!about.test(name)) texts.push(value)
    } else if (Array.isArray(value)) for (const item of value) walk(item, name)
    else if (value !== null && typeof value === 'object') for (const [member, item] of Object.entries(value)) walk(item, member)
  }
  walk(row, '')
  return texts.join('\n')
}
