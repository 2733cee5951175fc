import { BadInput, type Filter, plugin } from '@whetstone/core'
import { z } from 'zod'
import { FinalAnswer } from '../answer-of.ts'
import { countAnswers } from '../count-answers.ts'

export default plugin({
  name: 'uncertainty',
  about:
    'active learning: keeps traces of tasks on which the attempts disagree. Disagreement is the entropy of their final answers over the most that so many attempts can have, 0 (all agree) to 1 (all differ)',
  settings: z.strictObject({
    least: z.number().min(0).max(1).default(0.3).describe('disagreement from which a task is kept'),
    most: z.number().min(0).max(1).default(1).describe('and to which: where all differ the model guesses'),
    answer: FinalAnswer,
  }),
  make: ({ least, most, answer }): Filter => {
    if (least > most) throw new BadInput(`uncertainty: least ${least} is above most ${most}`)
    return {
      name: `uncertainty ${least}..${most}`,
      async *apply(traces, { attempts = traces, dropped }) {
        const votes = await countAnswers(attempts, answer)
        const disagreements = new Map<string, number>()
        for (const [task, { n, answers }] of votes) disagreements.set(task, disagreement(n, [...answers.values()]))
        for await (const trace of traces) {
          const own = disagreements.get(trace.task) ?? 0
          if (own >= least && own <= most) yield trace
          else dropped?.(trace, `disagreement ${own.toFixed(2)}`)
        }
      },
    }
  },
})

/** Attempts without an answer are each an answer of their own. */
function disagreement(n: number, counts: readonly number[]): number {
  if (n < 2) return 0
  const all = [...counts, ...Array.from({ length: n - counts.reduce((sum, count) => sum + count, 0) }, () => 1)]
  return Math.max(0, all.reduce((sum, count) => sum - (count / n) * Math.log(count / n), 0) / Math.log(n))
}
