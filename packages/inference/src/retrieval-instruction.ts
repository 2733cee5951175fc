/** What a query is for, as instruction-tuned embedders want to be told. */
export const defaultInstruction = 'Given a problem, retrieve strategies that help to solve it'

/** A text as Qwen3-Embedding expects it: queries carry the instruction (no space after `Query:`), documents are bare (Qwen3 Embedding, arXiv 2506.05176, and its model card). */
export function instructed(text: string, kind: 'query' | 'document', instruction: string): string {
  return kind === 'query' && instruction !== '' ? `Instruct: ${instruction}\nQuery:${text}` : text
}

/** A vector scaled to unit length; one without direction becomes the first axis, which is near nothing. */
export function unit(vector: ArrayLike<number>): Float32Array {
  let length = 0
  for (let i = 0; i < vector.length; i++) length += (vector[i] as number) ** 2
  const scaled = Float32Array.from(vector, (value) => value / Math.sqrt(length))
  if (length > 0 && Number.isFinite(length)) return scaled
  return Float32Array.from(vector, (_, place) => (place === 0 ? 1 : 0))
}
