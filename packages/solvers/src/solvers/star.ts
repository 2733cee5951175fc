import { deriveSeed, plugin } from '@whetstone/core'
import { z } from 'zod'
import { direct } from '../direct-method.ts'
import { fill, loadPrompts } from '../load-prompts.ts'
import type { Method, MethodSolver } from '../method.ts'
import { answered, answerOf, ask, askDirectly, isRefused, methodSolver, of, prompts } from '../method.ts'

/** The exchange that is kept shows the task without the hint, and is marked as hinted. In evaluation no hint is to be had, and the first answer stands. */
export default plugin({
  name: 'star',
  about:
    'rationalization (STaR, Zelikman et al. 2022, arXiv 2203.14465): a train task that was failed is attempted once more with its right answer as a hint',
  settings: z.strictObject({ of, prompts }),
  make: star,
})

function star({ of: inner, prompts: named }: { of?: MethodSolver | undefined; prompts: string }): MethodSolver {
  const first = inner?.method ?? direct
  const texts = loadPrompts(named)
  const method: Method = async function* (attempt, tools) {
    const { grade, hint, sampling } = tools
    const { task, seed } = attempt
    const draft = tools.keep(yield* first(attempt, tools))
    if (!grade || !hint || draft.finish === 'context' || draft.finish === 'vocabulary') return draft
    if ((await grade(task, answerOf(draft))).passed) return draft
    const plain = askDirectly(attempt)
    const content = fill(texts.hint, { problem: task.prompt, answer: hint(task) })
    const messages = [...plain.slice(0, -1), { role: 'user' as const, content }]
    const [reply] = yield* ask({ role: 'rationalizer', messages, seed: deriveSeed(seed, 'star'), sampling })
    if (isRefused(reply!) || !(await grade(task, reply!.text)).passed) return draft
    return { ...answered(plain, reply!), hinted: true }
  }
  return methodSolver(inner ? `star of ${inner.name}` : 'star', method, [inner])
}
