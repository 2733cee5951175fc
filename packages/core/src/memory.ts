import { z } from 'zod'
import { contentId } from './hash.ts'

/** A strategy distilled from traces. Usage and lift are folds over traces, never fields here. */
export const Memory = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  content: z.string(),
  /** The task it was learned from, and the traces it was distilled from. */
  sourceTask: z.string(),
  sourceTraces: z.array(z.string()),
  /** Learned from a success or from a failure. */
  success: z.boolean(),
  createdAt: z.string(),
  /** The embedding of title, description and content; empty until the store embeds it. */
  embedding: z.array(z.number()).default([]),
  /** What wrote it: reflector name and the hash of its prompt, for provenance. */
  reflector: z.string(),
})
export type Memory = z.infer<typeof Memory>

/** The id of a memory hashes title, description, content and source, so that writing it twice changes nothing. */
export function memoryId(memory: Pick<Memory, 'title' | 'description' | 'content' | 'sourceTask'>): string {
  return contentId('memory', [memory.title, memory.description, memory.content, memory.sourceTask])
}
