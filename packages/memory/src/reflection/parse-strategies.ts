export type Strategy = { title: string; description: string; content: string }

/** Lengths above which a member is cut, in characters: a memory is a few sentences, not an essay. */
const longest = { title: 120, description: 300, content: 1200 }

/** The strategies in a model's answer, at most `limit`. Models stray from the form: other words for the headings, bold instead of hashes, numbers and code fences are understood; an item without title or content is left out. */
export function parseStrategies(text: string, limit: number): Strategy[] {
  const found: Strategy[] = []
  let item: Strategy = { title: '', description: '', content: '' }
  let member: keyof Strategy | null = null
  const close = () => {
    const { title, description, content } = item
    const trimmed = {
      title: tidy(title, longest.title),
      description: tidy(description, longest.description),
      content: tidy(content, longest.content),
    }
    if (trimmed.title !== '' && trimmed.content !== '') found.push(trimmed)
    item = { title: '', description: '', content: '' }
    member = null
  }
  for (const line of text.split('\n')) {
    if (/^\s*```/.test(line)) continue
    const [, heading, rest = ''] =
      /^\s*(?:[#>*\-\s]|\d+[.)])*\s*\**\s*(title|description|content)\s*\**\s*:?\s*\**\s*(.*)$/i.exec(line) ?? []
    const isHeading = heading !== undefined && (/^\s*(?:#|\*\*|[-*]\s)/.test(line) || /^\s*(?:title|description|content)\s*:/i.test(line))
    if (isHeading) {
      const name = heading.toLowerCase() as keyof Strategy
      if (name === 'title' && (item.title !== '' || item.content !== '')) close()
      member = name
      item[name] = rest
    } else if (/^\s*(?:#+|\*\*)\s*(?:strategy|memory(?: item)?|lesson|insight)\b/i.test(line)) {
      if (item.title !== '' || item.content !== '') close()
    } else if (member) item[member] += `\n${line}`
  }
  close()
  return found.slice(0, limit)
}

/** One line, without the placeholders' brackets, cut at a word. */
function tidy(text: string, length: number): string {
  const plain = text
    .replace(/\s+/g, ' ')
    .replace(/^<(.*)>$/, '$1')
    .replace(/^[*_"]+|[*_"]+$/g, '')
    .trim()
  if (plain.length <= length) return plain
  return `${plain.slice(0, length).replace(/\s+\S*$/, '')} …`
}
