import type { Memory } from '@whetstone/core'

/** The text of a memory that is embedded, searched and checked for leaks: title, description and content, a line each. */
export function memoryText(memory: Pick<Memory, 'title' | 'description' | 'content'>): string {
  return [memory.title, memory.description, memory.content].filter((part) => part !== '').join('\n')
}
