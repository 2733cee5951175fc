import { contentId } from '@whetstone/core'
import { readGguf } from './read-gguf.ts'

/**
 * What makes token ids and rendered prompts of two models interchangeable: the list of tokens, special tokens and the chat template. Quantizing,
 * merging and training leave it as it is. Null for a file without a vocabulary.
 */
export function vocabularyHash(path: string): string | null {
  const { metadata } = readGguf(path, { hashTexts: true })
  if (!metadata.has('tokenizer.ggml.tokens')) return null
  const told = [...metadata]
    .filter(([key]) => key.startsWith('tokenizer.'))
    .map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value])
    .sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1))
  return contentId('vocabulary', told)
}
