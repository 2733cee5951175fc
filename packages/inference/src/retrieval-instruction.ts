import { z } from 'zod'

/** A setting: what a query is for, as instruction-tuned embedders want to be told. */
export const instruction = z
  .string()
  .default('Given a problem, retrieve strategies that help to solve it')
  .describe('told to the model with queries; empty for models that want none')

/** A text as Qwen3-Embedding expects it: queries carry the instruction (no space after `Query:`), documents are bare (Qwen3 Embedding, arXiv 2506.05176, and its model card). */
export function instructed(text: string, kind: 'query' | 'document', instruction: string): string {
  return kind === 'query' && instruction !== '' ? `Instruct: ${instruction}\nQuery:${text}` : text
}
