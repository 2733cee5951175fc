import { deriveSeed } from '@whetstone/core'
import { direct } from './direct.ts'
import { fill, loadPrompts } from './load-prompts.ts'
import type { MethodSolver } from './method.ts'
import { answered, answerOf, ask, askDirectly, isRefused, methodSolver } from './method.ts'

export type Star = { of?: MethodSolver; prompts?: string }

/**
 * Rationalization (STaR, Zelikman et al. 2022, arXiv 2203.14465): a task that was failed is attempted once more with its right answer as a
 * hint. The exchange that is kept shows the task without the hint, and is marked as hinted. In train collection only: in evaluation no hint
 * is to be had, and the first answer stands.
 */
export function star({ of = direct, prompts: named = 'prose-1' }: Star = {}): MethodSolver {
  const prompts = loadPrompts(named)
  return methodSolver(of === direct ? 'star' : `star of ${of.name}`, async function* (attempt, tools) {
    const { grade, hint, sampling } = tools
    const { task, seed } = attempt
    const draft = tools.keep(yield* of.method(attempt, tools))
    if (!grade || !hint || draft.finish === 'context' || draft.finish === 'vocabulary') return draft
    if ((await grade(task, answerOf(draft))).passed) return draft
    const plain = askDirectly(attempt)
    const content = fill(prompts.hint, { problem: task.prompt, answer: hint(task) })
    const messages = [...plain.slice(0, -1), { role: 'user' as const, content }]
    const [reply] = yield* ask({ role: 'rationalizer', messages, seed: deriveSeed(seed, 'star'), sampling })
    if (isRefused(reply!) || !(await grade(task, reply!.text)).passed) return draft
    return { ...answered(plain, reply!), hinted: true }
  })
}
