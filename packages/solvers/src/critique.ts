import type { Attempt, Completion, Message } from '@whetstone/core'
import type { Prompts } from './load-prompts.ts'
import { fill } from './load-prompts.ts'
import type { Ask, By, Draft, Reply, Tools } from './method.ts'
import { answered, answerOf, ask, askDirectly, isRefused } from './method.ts'

/** What a critic says about an answer; null where that tells the answer or is nothing. */
export async function* criticize(
  attempt: Attempt,
  draft: Draft,
  tools: Tools,
  text: string,
  said: RegExp | undefined,
  by: By | undefined,
  seed: number,
  feedback = '',
): AsyncGenerator<readonly Ask[], string | null, readonly Reply[]> {
  const { task } = attempt
  const answer = answerOf(draft)
  const content = fill(text, { problem: task.prompt, answer, feedback })
  const turn: Message = { role: 'user', content }
  // A text that shows the problem stands alone.
  const messages = text.includes('{problem}') ? [turn] : [...askDirectly(attempt), { role: 'assistant' as const, content: answer }, turn]
  const [reply] = yield* ask({ role: 'critic', messages, seed, sampling: prose(tools.sampling), by })
  const words = reply!.text.trim()
  const critique = said ? (said.exec(words)?.[0] ?? '') : words
  if (isRefused(reply!) || critique === '') return null
  if (!tools.leaks?.(task, critique)) return critique
  tools.drop('leaks')
  return null
}

/** The answer written anew after what was said to it; null when that did not fit. */
export async function* rewritten(
  attempt: Attempt,
  draft: Draft,
  tools: Tools,
  prompts: Prompts,
  wish: string,
  seed: number,
  by?: By,
): AsyncGenerator<readonly Ask[], Draft | null, readonly Reply[]> {
  const turn: Message = { role: 'user', content: wish }
  const before = prompts.window === 'whole' ? draft.messages : [...askDirectly(attempt), ...draft.messages.slice(-1)]
  const [reply] = yield* ask({ role: 'rewriter', messages: [...before, turn], seed, sampling: tools.sampling, by })
  if (isRefused(reply as Completion)) return null
  if (by && prompts.form && !prompts.form.test(reply!.text.trim())) {
    tools.drop('rewrites')
    return null
  }
  return answered([...draft.messages, turn], reply as Completion)
}

/** Sampling of turns that are prose, whatever form the answers have: critiques, summaries. */
export const prose = ({ grammar: _grammar, stop: _stop, ...sampling }: Tools['sampling']): Tools['sampling'] => sampling
