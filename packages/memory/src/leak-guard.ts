import type { Memory } from '@whetstone/core'
import { cosine } from '@whetstone/similarity'
import { memoryText } from './memory-text.ts'
import { quotes } from './quotes.ts'
import { tellsAnswer } from './tells-answer.ts'

/** Why a memory was kept from a task. `answer`: it holds the expected answer; `source`: it was learned from this very task; `similar`: it is nearly the question; `quote`: it quotes a long span of it. */
export type LeakRule = 'answer' | 'source' | 'similar' | 'quote'
export type GuardRequest = {
  memory: Pick<Memory, 'title' | 'description' | 'content' | 'sourceTask'>
  task: { id: string; prompt: string }
  /** The expected answer. It is known in evaluation only; without it the answer rule is off. */
  answer?: string
  /** Both embedded as documents, unit vectors; absent where nothing was embedded. */
  vectors?: { memory: Float32Array; question: Float32Array }
}

/** Cosine above which a memory counts as the question itself. */
const tooSimilar = 0.9

/** The first rule by which a memory would give a task away, or null when it may be shown. The answer rule comes last, so that what it alone blocks can be counted. */
export function leakRule({ memory, task, answer, vectors }: GuardRequest): LeakRule | null {
  if (memory.sourceTask === task.id) return 'source'
  if (vectors && cosine(vectors.memory, vectors.question) > tooSimilar) return 'similar'
  const text = memoryText(memory)
  if (quotes(text, task.prompt)) return 'quote'
  if (answer !== undefined && tellsAnswer(text, answer)) return 'answer'
  return null
}
