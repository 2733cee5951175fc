import { BadInput, deriveSeed, plugin } from '@whetstone/core'
import { z } from 'zod'
import { criticize, rewritten } from '../critique.ts'
import { direct } from '../direct-method.ts'
import { fill, loadPrompts } from '../load-prompts.ts'
import type { Method, MethodSolver } from '../method.ts'
import { answerOf, methodSolver, nameOf, of, prompts, teacher } from '../method.ts'

const Settings = z.strictObject({
  rounds: z.number().int().positive().default(3).describe('how often a wrong answer is reflected on and rewritten'),
  teacher: teacher
    .optional()
    .describe('who names the errors: a role, such as a stronger model at an endpoint; the target itself when absent'),
  rewriter: z
    .enum(['target', 'teacher'])
    .default('target')
    .describe("who writes the new answer; a teacher's answers are not the target's own: the solver's name says so in every trace"),
  of,
  prompts,
})
type Settings = z.output<typeof Settings>

/**
 * The exchange keeps every attempt: the first, wrong answer and the last are a preference pair where the last is right. Without grades
 * (evaluation) there is nothing to go by, and the target answers once.
 */
export default plugin({
  name: 'reflect-rewrite',
  about:
    'reflect, rewrite, repeat (R3): the target answers; while the grade says wrong, the teacher names the errors without solving the task and the answer is written anew from that',
  settings: Settings,
  make: reflectRewrite,
})

function reflectRewrite({ rounds, teacher: by, rewriter, of: inner, prompts: named }: Settings): MethodSolver {
  if (rewriter === 'teacher' && !by)
    throw new BadInput('reflect-rewrite: rewriter "teacher" needs a teacher: name a role of the recipe, e.g. teacher: "advanced"')
  const first = inner?.method ?? direct
  const texts = loadPrompts(named)
  const who = by ? `, reflected on ${rewriter === 'teacher' ? 'and rewritten ' : ''}by ${nameOf(by)}` : ''
  const method: Method = async function* (attempt, tools) {
    const { grade } = tools
    let draft = tools.keep(yield* first(attempt, tools))
    for (let round = 0; grade && round < rounds && draft.finish !== 'context' && draft.finish !== 'vocabulary'; round++) {
      const { passed, feedback } = await grade(attempt.task, answerOf(draft))
      if (passed) return draft
      const said = feedback && fill(texts.feedback, { feedback })
      const critique = yield* criticize(
        attempt,
        draft,
        tools,
        texts.reflect,
        texts.said,
        by,
        deriveSeed(attempt.seed, 'reflect', round),
        said,
      )
      const wish = critique === null ? texts.again : fill(texts.rewrite, { critique })
      const writer = rewriter === 'teacher' ? by : undefined
      const next = yield* rewritten(attempt, draft, tools, texts, wish, deriveSeed(attempt.seed, 'rewrite', round), writer)
      if (next) draft = tools.keep(next)
      else if (!writer) return draft
    }
    return draft
  }
  return methodSolver(`reflect-rewrite-${rounds}${inner ? ` of ${inner.name}` : ''}${who}`, method, [inner, by])
}
