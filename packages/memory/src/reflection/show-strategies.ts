import type { Memory } from '@whetstone/core'

/** Memories as they stand in the system message. They are hints of a program's making, and may not fit: the wording says so. */
export function showStrategies(memories: readonly Memory[]): string {
  const items = memories.map(
    ({ title, description, content }, index) => `${index + 1}. ${title}${description === '' ? '' : ` (${description})`}: ${content}`,
  )
  return `Strategies from earlier attempts at similar problems. Use one only where it fits this problem; the problem itself decides.\n${items.join('\n')}`
}
