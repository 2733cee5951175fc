import type { Attempt, Completion, Message } from '@whetstone/core'
import { deriveSeed } from '@whetstone/core'
import type { Prompts } from '../load-prompts.ts'
import { fill } from '../load-prompts.ts'
import type { Ask, Draft, Tools } from '../method.ts'
import { askDirectly } from '../method.ts'
import type { Partial } from './value.ts'

/** The calls for some next steps of a partial solution. */
export function stepAsks(
  attempt: Attempt,
  tools: Tools,
  prompts: Prompts,
  work: string,
  samples: number,
  path: readonly (string | number)[],
): Ask[] {
  const content = fill(prompts.step, { problem: attempt.task.prompt, work })
  const messages: Message[] = work === '' ? askDirectly(attempt) : [...askDirectly(attempt).slice(0, -1), { role: 'user', content }]
  const sampling = { ...tools.sampling, stop: [prompts.separator] }
  return Array.from({ length: samples }, (_, i) => ({
    role: 'solver',
    messages,
    seed: deriveSeed(attempt.seed, 'step', ...path, i),
    sampling,
  }))
}

/** What an attempt comes to that ends with this partial solution; whole where that is. */
export const draftOf = (attempt: Attempt, { text, ended }: Partial): Draft => ({
  messages: [...askDirectly(attempt), { role: 'assistant', content: text }],
  finish: ended ? 'stop' : 'length',
})

/** What an attempt comes to whose first step was refused: a prompt that does not fit, say. */
export const refusedDraft = (attempt: Attempt, refused: Pick<Completion, 'finish'>): Draft => ({
  ...draftOf(attempt, { text: '', ended: false }),
  finish: refused.finish,
})

/** The distinct partial solutions that sampled steps lead to, with the share of the samples that each has. */
export function grow(work: string, steps: readonly string[], { separator, final }: Prompts): (Partial & { share: number })[] {
  const counts = new Map<string, number>()
  for (const step of steps) counts.set(step, (counts.get(step) ?? 0) + 1)
  return [...counts].map(([step, count]) => {
    // An empty step is an answer that broke off.
    const ended = final.test(step) || step === ''
    return { text: work + step + (ended ? '' : separator), ended, share: count / steps.length }
  })
}
