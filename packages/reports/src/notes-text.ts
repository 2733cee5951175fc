import type { Round } from '@whetstone/core'
import { duration, rate } from '@whetstone/core'

const some = (count: number, one: string, many: string) => (count === 1 ? `1 ${one}` : `${count} ${many}`)

/** What stands beside a round's verdicts, a sentence each: right answers that were not reasoned out, teachers and what they cost, what was withheld, budgets that ended. */
export function notesText({ notes, bucket, spent }: Pick<Round, 'notes' | 'bucket' | 'spent'>): string[] {
  const { invalid = 0, hinted = 0, leaks = 0, rewrites = 0, stopped = 0, taught = { prompt: 0, completion: 0 } } = notes ?? {}
  const said: [boolean, string][] = [
    [invalid > 0, `${some(invalid, 'right answer had', 'right answers had')} an invalid trace and did not pass`],
    [taught.prompt + taught.completion > 0, `teachers read ${taught.prompt} and wrote ${taught.completion} tokens`],
    [
      spent !== undefined,
      spent
        ? `teachers at endpoints have used ${spent.prompt + spent.completion} tokens in this run so far${spent.money > 0 ? `, which cost ${spent.money.toFixed(4)} by the price given` : ''}`
        : '',
    ],
    [hinted > 0, `${some(hinted, 'answer was', 'answers were')} written with the right one as a hint`],
    [leaks > 0, `${some(leaks, 'critique', 'critiques')} that told the answer ${leaks === 1 ? 'was' : 'were'} withheld`],
    [
      rewrites > 0,
      `${some(rewrites, "teacher's rewrite", "teachers' rewrites")} had not the form of an answer and ${rewrites === 1 ? 'was' : 'were'} dropped`,
    ],
    [stopped > 0, `${some(stopped, 'attempt', 'attempts')} ended with the budget, with the best answer so far`],
    [
      bucket != null,
      bucket
        ? `bucket list: ${bucket.size} unsolved, ${bucket.retried} of the earlier ones attempted again, ${bucket.left} of these solved`
        : '',
    ],
  ]
  return said.flatMap(([isSo, sentence]) => (isSo ? [sentence] : []))
}

/** The stages of a training that had several, a sentence each. */
export const stagesText = (training: Round['training']): string[] =>
  (training?.stages ?? []).map(({ stage, on, steps, finalLoss, attempted, passed, seconds }) =>
    attempted === undefined
      ? `${stage}${on === 'verified' ? ' on what was verified' : ''}: ${steps ? `${steps} steps, loss ${finalLoss?.toFixed(4)}, ${duration(seconds)}` : 'no rows'}`
      : `verification: ${passed} of ${attempted} trained tasks solved again without help${attempted > 0 ? ` (${rate((passed ?? 0) / attempted)})` : ''}`,
  )
