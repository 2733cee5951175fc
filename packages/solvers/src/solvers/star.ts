import type { Random } from '@whetstone/core'
import { deriveSeed, plugin, random } from '@whetstone/core'
import { z } from 'zod'
import { direct } from '../direct-method.ts'
import { fill, loadPrompts } from '../load-prompts.ts'
import type { Method, MethodSolver } from '../method.ts'
import { answered, answerOf, ask, askDirectly, isRefused, methodSolver, of, prompts } from '../method.ts'

const Settings = z.strictObject({
  hint: z
    .enum(['answer', 'random'])
    .default('answer')
    .describe('what the hint tells; random: its characters drawn anew, the placebo of what a hint does'),
  of,
  prompts,
})

/** The exchange that is kept shows the task without the hint, and is marked as hinted. In evaluation no hint is to be had, and the first answer stands. */
export default plugin({
  name: 'star',
  about:
    'rationalization (STaR, Zelikman et al. 2022, arXiv 2203.14465): a train task that was failed is attempted once more with its right answer as a hint',
  settings: Settings,
  make: star,
})

function star({ hint: told, of: inner, prompts: named }: z.output<typeof Settings>): MethodSolver {
  const first = inner?.method ?? direct
  const texts = loadPrompts(named)
  const method: Method = async function* (attempt, tools) {
    const { grade, hint, sampling } = tools
    const { task, seed } = attempt
    const draft = tools.keep(yield* first(attempt, tools))
    if (!grade || !hint || draft.finish === 'context' || draft.finish === 'vocabulary') return draft
    if ((await grade(task, answerOf(draft))).passed) return draft
    const plain = askDirectly(attempt)
    const answer = told === 'answer' ? hint(task) : drawnAnew(hint(task), task.prompt, random(deriveSeed(seed, 'hint')))
    const content = fill(texts.hint, { problem: task.prompt, answer })
    const messages = [...plain.slice(0, -1), { role: 'user' as const, content }]
    const [reply] = yield* ask({ role: 'rationalizer', messages, seed: deriveSeed(seed, 'star'), sampling })
    if (isRefused(reply!) || !(await grade(task, reply!.text)).passed) return draft
    return { ...answered(plain, reply!), hinted: true }
  }
  const name = told === 'answer' ? 'star' : 'star, random hints'
  return methodSolver(inner ? `${name} of ${inner.name}` : name, method, [inner])
}

/** A text in the same form: each digit and each letter is another one that stands in the text or in the problem, and right only by chance. */
function drawnAnew(text: string, problem: string, next: Random): string {
  const kinds = [/\d/, /\p{L}/u]
  const distinct = [...new Set(problem + text)]
  return [...text]
    .map((character) => {
      const kind = kinds.find((each) => each.test(character))
      const all = kind ? distinct.filter((each) => kind.test(each)) : [character]
      return all[Math.floor(next() * all.length)] as string
    })
    .join('')
}
