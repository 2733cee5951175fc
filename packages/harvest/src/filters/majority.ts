import { type Filter, plugin } from '@whetstone/core'
import { z } from 'zod'
import { answerOf, FinalAnswer, finalAnswer } from '../answer-of.ts'
import { countAnswers, leader } from '../count-answers.ts'

export default plugin({
  name: 'majority',
  about:
    'without a verifier: keeps the traces whose final answer is the one that most attempts at the task gave (self-consistency as a label, arXiv 2210.11610); grades are not looked at',
  settings: z.strictObject({
    least: z.number().gt(0).max(1).default(0.5).describe('share of the attempts that the leading answer must have; ties have none'),
    answer: FinalAnswer,
  }),
  make: ({ least, answer: how }): Filter => ({
    name: `majority ${least}`,
    async *apply(traces, { attempts = traces, dropped }) {
      const votes = await countAnswers(attempts, how)
      for await (const trace of traces) {
        const own = votes.get(trace.task)
        const led = own ? leader(own) : null
        if (led === null || led.share < least)
          dropped?.(trace, led ? `the leading answer has ${Math.round(100 * led.share)}%` : 'no answer leads')
        else if (finalAnswer(answerOf(trace), how) === led.answer) yield trace
        else dropped?.(trace, `most say ${JSON.stringify(led.answer.slice(0, 40))}`)
      }
    },
  }),
})
