import type { Attempt, GenerateRequest, Message, Solution, SolveFault, Solver } from '@whetstone/core'
import { isFault } from '@whetstone/core'

/** The messages of a first attempt: instruction and memories as the system message, the task's prompt as the user's. */
export function askDirectly(attempt: Attempt): Message[] {
  const user: Message = { role: 'user', content: attempt.task.prompt }
  return attempt.system === null ? [user] : [{ role: 'system', content: attempt.system }, user]
}

/** One completion an attempt, and that is the answer. */
export const direct: Solver = {
  name: 'direct',
  async *solve(attempts, model, { sampling, signal }): AsyncIterable<Solution | SolveFault> {
    const byId = new Map(attempts.map((attempt) => [attempt.id, attempt]))
    const requests: GenerateRequest[] = attempts.map((attempt) => ({
      id: attempt.id,
      messages: askDirectly(attempt),
      seed: attempt.seed,
      sampling,
    }))
    for await (const result of model.generate(requests, signal ? { signal } : {})) {
      const attempt = byId.get(result.id) as Attempt
      if (isFault(result)) yield { attempt, fault: result.fault, retries: result.retries }
      else
        yield {
          attempt,
          messages: [...askDirectly(attempt), { role: 'assistant', content: result.text }],
          finish: result.finish,
          tokens: result.tokens,
          seconds: result.seconds,
        }
    }
  },
}
