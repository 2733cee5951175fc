import { BadInput, type Filter, nested, plugin } from '@whetstone/core'
import type { Grader } from '@whetstone/grading'
import { z } from 'zod'
import { answerOf } from '../answer-of.ts'

export default plugin({
  name: 'verifier-agreement',
  about:
    "keeps traces on which a second grader gives the task set's own verdict: where two verifiers differ, one of them would train the model wrong",
  settings: z.strictObject({
    grader: nested<Grader>('graders').describe('the second grader'),
  }),
  make: ({ grader }): Filter => {
    if (grader.needsJudge)
      throw new BadInput('verifier-agreement: a grader that asks a model cannot be had here: choose one that is a program')
    return {
      name: 'verifier-agreement',
      async *apply(traces, { reference, dropped }) {
        if (!reference)
          throw new BadInput('verifier-agreement needs the right answers, and none were given: these traces come without their tasks')
        for await (const trace of traces) {
          const gold = await reference(trace)
          if (gold === undefined) {
            dropped?.(trace, 'its task has no answer to grade against')
            continue
          }
          const { passed, reason } = await grader.grade({
            gold,
            answer: answerOf(trace),
            question: trace.messages.find(({ role }) => role === 'user')?.content,
          })
          if (passed === trace.grade.passed) yield trace
          else dropped?.(trace, `graded ${trace.grade.passed ? 'right' : 'wrong'}, by the second ${passed ? 'right' : `wrong (${reason})`}`)
        }
      },
    }
  },
})
