import { deriveSeed } from '@whetstone/core'
import { direct } from './direct.ts'
import { fill, loadPrompts } from './load-prompts.ts'
import type { MethodSolver, Teacher } from './method.ts'
import { answerOf, methodSolver } from './method.ts'
import { criticize, rewritten } from './revise.ts'

export type ReflectRewrite = {
  /** How often a wrong answer is reflected on and rewritten. */
  rounds?: number
  /** Names the errors: a stronger model, e.g. at an endpoint, or a program. The target itself when absent. */
  teacher?: Teacher
  /** Who writes the new answer. A teacher's answers are not the target's own: the solver's name says so in every trace. */
  rewriter?: 'target' | 'teacher'
  /** How the first answer comes about. */
  of?: MethodSolver
  prompts?: string
}

/**
 * Reflect, rewrite, repeat (R3): the target answers; while the grade says wrong, and at most `rounds` times, the teacher names the errors
 * without solving the task and the answer is written anew from that. The exchange keeps every attempt: the first, wrong answer and the last
 * are a preference pair where the last is right. Without grades (evaluation) there is nothing to go by, and the target answers once.
 */
export function reflectRewrite({
  rounds = 3,
  teacher,
  rewriter = 'target',
  of = direct,
  prompts: named = 'prose-1',
}: ReflectRewrite = {}): MethodSolver {
  if (rewriter === 'teacher' && !teacher) throw new Error('reflect-rewrite: rewriter "teacher" needs a teacher')
  const prompts = loadPrompts(named)
  const by = teacher ? `, reflected on ${rewriter === 'teacher' ? 'and rewritten ' : ''}by ${teacher.name}` : ''
  return methodSolver(`reflect-rewrite-${rounds}${of === direct ? '' : ` of ${of.name}`}${by}`, async function* (attempt, tools) {
    const { grade } = tools
    let draft = tools.keep(yield* of.method(attempt, tools))
    for (let round = 0; grade && round < rounds && draft.finish !== 'context' && draft.finish !== 'vocabulary'; round++) {
      const { passed, feedback } = await grade(attempt.task, answerOf(draft))
      if (passed) return draft
      const said = feedback && fill(prompts.feedback, { feedback })
      const critique = yield* criticize(attempt, draft, tools, prompts.reflect, teacher, deriveSeed(attempt.seed, 'reflect', round), said)
      const wish = critique === null ? prompts.again : fill(prompts.rewrite, { critique })
      const writer = rewriter === 'teacher' ? teacher : undefined
      const next = yield* rewritten(attempt, draft, tools, prompts, wish, deriveSeed(attempt.seed, 'rewrite', round), writer)
      if (next) draft = tools.keep(next)
      else if (!writer) return draft
    }
    return draft
  })
}
