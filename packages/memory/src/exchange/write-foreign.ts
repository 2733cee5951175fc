import type { StoredMemory } from '../bank-schema.ts'
import type { ExchangeFormat } from './exchange-format.ts'

const metadataOf = ({ title, description, success, sourceTask, createdAt, id }: StoredMemory) => ({
  ...{ title, description, success, source_problem_id: sourceTask, created_at: createdAt, whetstone_id: id },
})

/** Live memories as mem0, Letta or Markdown keep them; what those have no word for is in the metadata, so that reading them back gives the same. */
export function writeForeign(memories: readonly StoredMemory[], format: Exclude<ExchangeFormat, 'reasoning-bank'>): string {
  // oxlint-disable-next-line escapes/output -- a file that is read back, word for word
  if (format === 'markdown') return `# Memories\n\n${memories.map(section).join('\n')}`
  const rows = memories.map((memory) =>
    format === 'mem0'
      ? { id: memory.id, memory: memory.content, metadata: metadataOf(memory), created_at: memory.createdAt }
      : {
          text: memory.content,
          tags: [memory.success ? 'success' : 'failure'],
          metadata: metadataOf(memory),
          created_at: memory.createdAt,
        },
  )
  return `${JSON.stringify(format === 'mem0' ? { results: rows } : { passages: rows }, null, 2)}\n`
}

/** A heading in the content would begin another memory: it is set in by four spaces, which Markdown shows as it stands. */
function section(memory: StoredMemory): string {
  const { title: _, ...metadata } = metadataOf(memory)
  const comment = JSON.stringify({ ...metadata, title: memory.title }).replaceAll('--', '-\\u002d')
  // oxlint-disable-next-line escapes/output -- a file that is read back, word for word
  return `## ${memory.title.replace(/\s+/g, ' ').trim() || 'untitled'}\n\n${memory.content.replace(/^(?=#{1,6}\s)/gm, '    ')}\n\n<!-- whetstone ${comment} -->\n`
}
