import type { Attempt, Completion, Message } from '@whetstone/core'
import { deriveSeed } from '@whetstone/core'
import { direct } from './direct.ts'
import type { Prompts } from './load-prompts.ts'
import { fill, loadPrompts } from './load-prompts.ts'
import type { Ask, Draft, Method, MethodSolver, Reply, Teacher, Tools } from './method.ts'
import { answered, answerOf, ask, askDirectly, isRefused, methodSolver } from './method.ts'

export type Revise = {
  /** How often the answer is looked at again. */
  rounds?: number
  /**
   * Who says what is wrong. `grade`: the grade's feedback, in train collection; in evaluation every answer is looked at again without a word.
   * `self`: the attempted model. A teacher: another model, or a program. Neither sees the reference, so both may be had in evaluation.
   */
  critic?: 'grade' | 'self' | Teacher
  /** How the first answer comes about. */
  of?: MethodSolver
  prompts?: string
}

/**
 * An answer, and then a second look at it in the same conversation (sequential self-refinement). An answer that its grade or critic finds
 * nothing wrong with is left alone. A revision that no longer fits the context leaves the answer before it, and a critique that tells the
 * answer is withheld: the model looks again without it.
 */
export function revise({ rounds = 1, critic = 'grade', of = direct, prompts: named = 'prose-1' }: Revise = {}): MethodSolver {
  const prompts = loadPrompts(named)
  const by = critic === 'grade' ? '' : `, criticised by ${critic === 'self' ? 'itself' : critic.name}`
  const method: Method = async function* (attempt, tools) {
    let draft = tools.keep(yield* of.method(attempt, tools))
    for (let round = 0; round < rounds && draft.finish !== 'context' && draft.finish !== 'vocabulary'; round++) {
      const wish =
        critic === 'grade' ? await byGrade(attempt, draft, tools, prompts) : yield* byCritic(attempt, draft, tools, prompts, critic, round)
      if (wish === null) return draft
      const revised = yield* rewritten(attempt, draft, tools, prompts, wish, deriveSeed(attempt.seed, 'revise', round))
      if (revised === null) return draft
      draft = tools.keep(revised)
    }
    return draft
  }
  return methodSolver(`${rounds === 1 ? 'revise' : `revise-${rounds}`}${of === direct ? '' : ` of ${of.name}`}${by}`, method)
}

/** What is said to an answer; null when it is right. */
async function byGrade({ task }: Attempt, draft: Draft, { grade }: Tools, prompts: Prompts): Promise<string | null> {
  if (!grade) return prompts.again
  const { passed, feedback } = await grade(task, answerOf(draft))
  return passed ? null : fill(prompts.failed, { feedback }).replace(/ {2,}/g, ' ')
}

async function* byCritic(attempt: Attempt, draft: Draft, tools: Tools, prompts: Prompts, critic: 'self' | Teacher, round: number) {
  const critique = yield* criticize(
    attempt,
    draft,
    tools,
    prompts.critique,
    critic === 'self' ? undefined : critic,
    deriveSeed(attempt.seed, 'critique', round),
  )
  if (critique === null) return prompts.again
  return prompts.nothingWrong.test(critique) ? null : fill(prompts.rewrite, { critique })
}

/** What a critic says about an answer; null where that tells the answer or is nothing. */
export async function* criticize(
  attempt: Attempt,
  draft: Draft,
  tools: Tools,
  text: string,
  by: Teacher | undefined,
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
  const critique = reply!.text.trim()
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
  by?: Teacher,
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
