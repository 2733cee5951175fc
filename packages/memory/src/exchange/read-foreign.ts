import { lettaNames, mem0Names, parseWhole, rowsIn, type ExchangeFormat } from './exchange-format.ts'
import type { SeedRow } from './seed-row.ts'

/** Rows in our terms, a line for each that is none, and what was not said and had to be taken for something. */
export type ForeignRows = { rows: { row: SeedRow; place: number }[]; damaged: string[]; assumed: string[] }

const texts = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value.trim() : null)
const record = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

/** Reads an export of mem0 or Letta, or Markdown. What they have no word for (success, a title) is in the metadata where we wrote it, else assumed and said. */
export function readForeign(file: string, text: string, format: Exclude<ExchangeFormat, 'reasoning-bank'>): ForeignRows {
  const given = format === 'markdown' ? markdownRows(text) : jsonRows(file, text, format)
  const damaged: string[] = []
  let [untitled, unjudged] = [0, 0]
  const rows = given.flatMap(({ where, content, title, metadata, created }, place) => {
    if (content === null) {
      damaged.push(`${file}: ${where}: has no text`)
      return []
    }
    const own = record(metadata)
    const named = texts(own['title']) ?? title
    if (named === null) untitled++
    const success = own['success']
    if (typeof success !== 'boolean') unjudged++
    const row: SeedRow = {
      title: named ?? firstWords(content),
      description: texts(own['description']) ?? '',
      content,
      source_problem_id: texts(own['source_problem_id']) ?? '',
      success: typeof success === 'boolean' ? success : true,
      created_at: texts(created) ?? texts(own['created_at']) ?? '',
    }
    return [{ row, place }]
  })
  const assumed = [
    ...(untitled > 0 ? [`${untitled} without a title: their first words are taken`] : []),
    ...(unjudged > 0 ? [`${unjudged} that do not say whether they come of a success or a failure: taken for successes`] : []),
  ]
  return { rows, damaged, assumed }
}

type Given = { where: string; content: string | null; title: string | null; metadata: unknown; created: unknown }

function jsonRows(file: string, text: string, format: 'mem0' | 'letta'): Given[] {
  const whose = format === 'mem0' ? 'mem0' : 'Letta'
  const value = parseWhole(file, text, whose)
  const names = format === 'mem0' ? mem0Names : lettaNames
  // A Letta agent file holds its agents in a list.
  const agents = format === 'letta' ? rowsIn(record(value)['agents'], []) : []
  const found = [...rowsIn(value, names), ...agents.flatMap((agent) => rowsIn(agent, names))]
  return found.map((item, place) => {
    const row = record(item)
    const content = format === 'mem0' ? texts(row['memory']) : (texts(row['text']) ?? texts(row['value']))
    const title = format === 'letta' ? texts(row['label']) : null
    return { where: `row ${place + 1}`, content, title, metadata: row['metadata'] ?? row['metadata_'], created: row['created_at'] }
  })
}

/** Each heading begins a memory; what stands before the first one is no memory. A comment holds what Markdown has no word for. */
function markdownRows(text: string): Given[] {
  const lines = text.replace(/\r\n?/g, '\n').split('\n')
  const sections: { line: number; title: string; body: string[] }[] = []
  let fenced = false
  for (const [index, line] of lines.entries()) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced
    const [, heading] = (!fenced && /^#{1,6}\s+(.+?)\s*#*$/.exec(line)) || []
    if (heading !== undefined) sections.push({ line: index + 1, title: heading, body: [] })
    else sections.at(-1)?.body.push(line)
  }
  // A title above all others is the document's, where it says nothing itself.
  const [first] = sections
  const own = sections.length > 1 && first?.body.join('').trim() === '' ? sections.slice(1) : sections
  return own.map(({ line, title, body }) => {
    const whole = body.join('\n')
    const [comment, json] = /<!--\s*whetstone\s+(\{.*?\})\s*-->/.exec(whole) ?? []
    let metadata: unknown
    try {
      metadata = json === undefined ? undefined : JSON.parse(json)
    } catch {
      metadata = undefined
    }
    return {
      where: `line ${line}`,
      content: texts(comment === undefined ? whole : whole.replace(comment, '')),
      title,
      metadata,
      created: undefined,
    }
  })
}

function firstWords(content: string): string {
  const words = content.replace(/\s+/g, ' ').split(' ').slice(0, 8).join(' ')
  return words.length > 80 ? `${words.slice(0, 79)}…` : words
}
