import { contentKey } from '@whetstone/similarity'

/** Where logs and data sets keep what was asked, most telling first. */
const fields = [
  'question',
  'problem',
  'prompt',
  'query',
  'input',
  'text',
  'instruction',
  'Question',
  'Problem',
  'goal',
  'sentence',
  'premise',
]

/** Key of the question in a document of somebody's log, or undefined where it has none under a usual name. Chat inputs count by their user turns. */
export function questionOf(document: unknown): string | undefined {
  if (typeof document === 'string') return document.trim() === '' ? undefined : contentKey(document)
  if (Array.isArray(document)) {
    const turns = document.filter((turn: { role?: unknown }) => turn?.role === 'user' || turn?.role === undefined)
    const texts = turns.map((turn: { content?: unknown }) => textOf(turn.content)).filter((text) => text !== '')
    return texts.length > 0 ? contentKey(texts.join('\n')) : undefined
  }
  if (document === null || typeof document !== 'object') return undefined
  for (const field of fields) {
    const value = (document as Record<string, unknown>)[field]
    if (typeof value === 'string' && value.trim() !== '') return contentKey(value)
  }
  return undefined
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part: { text?: unknown }) => (typeof part?.text === 'string' ? part.text : '')).join('')
}
