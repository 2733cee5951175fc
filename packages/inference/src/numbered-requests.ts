import type { GenerateRequest } from '@whetstone/core'

/** Requests for tests and benches: ids from 0, seeds and questions from `from`, so many samples a task. */
export const numberedRequests = (
  count: number,
  { from = 0, samples = 1, maxTokens = 8 }: { from?: number; samples?: number; maxTokens?: number } = {},
): GenerateRequest[] =>
  Array.from({ length: count }, (_, i) => ({
    id: String(i),
    messages: [{ role: 'user', content: `${from + i}?` }],
    seed: from + i,
    sampling: { temperature: 1, maxTokens },
    task: `task ${from + Math.floor(i / samples)}`,
  }))
