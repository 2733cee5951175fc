import { BadInput } from '@whetstone/core'

/** Whose file: the ReasoningBank project's JSON, mem0's, Letta's, or Markdown with a heading a memory. */
export const exchangeFormats = ['reasoning-bank', 'mem0', 'letta', 'markdown'] as const
export type ExchangeFormat = (typeof exchangeFormats)[number]

/** Tells a file's format by its name and what it holds. */
export function exchangeFormatOf(file: string, text: string): ExchangeFormat {
  if (/\.(md|markdown)$/i.test(file)) return 'markdown'
  const head = text.trimStart()
  if (!head.startsWith('{') && !head.startsWith('[')) {
    if (/^#{1,6} \S/m.test(head)) return 'markdown'
    return 'reasoning-bank'
  }
  const value = parsed(text)
  const first = firstRow(value)
  if (first === null) return 'reasoning-bank'
  if ('content' in first && 'title' in first) return 'reasoning-bank'
  if ('memory' in first) return 'mem0'
  if ('text' in first || ('label' in first && 'value' in first)) return 'letta'
  return 'reasoning-bank'
}

/** Where the rows of a mem0 or Letta file lie: a list, or the first list of objects below a known name. */
export function rowsIn(value: unknown, names: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value
  if (value === null || typeof value !== 'object') return []
  const record = value as Record<string, unknown>
  return names.flatMap((name) => {
    const member = record[name]
    if (Array.isArray(member)) return member as unknown[]
    return []
  })
}
export const mem0Names = ['results', 'memories'] as const
export const lettaNames = ['passages', 'archival_memory', 'blocks', 'core_memory', 'memory_blocks'] as const

function firstRow(value: unknown): Record<string, unknown> | null {
  const [row] = rowsIn(value, [...mem0Names, ...lettaNames])
  return row !== null && typeof row === 'object' ? (row as Record<string, unknown>) : null
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** JSON of a file that must be whole: mem0's and Letta's are one value. */
export function parseWhole(file: string, text: string, whose: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // mem0's and Letta's lists also come a row a line.
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    const rows = lines.map(parsed)
    if (lines.length > 1 && rows.some((row) => row !== null)) return rows
    throw new BadInput(`${file}: not JSON (${(error as Error).message}): is it an export of ${whose}?`)
  }
}
