import type { Rows, Trace } from '@whetstone/core'
import { answerOf, finalAnswer, type FinalAnswer } from './answer-of.ts'

/** How the attempts at one task voted: the answers with their counts; an answer that says nothing has no vote. */
export type Votes = { n: number; answers: Map<string, number> }

/** Votes by task. */
export async function countAnswers(traces: Rows<Trace>, how: FinalAnswer): Promise<Map<string, Votes>> {
  const votes = new Map<string, Votes>()
  for await (const trace of traces) {
    let own = votes.get(trace.task)
    if (!own) votes.set(trace.task, (own = { n: 0, answers: new Map() }))
    own.n++
    const answer = finalAnswer(answerOf(trace), how)
    if (answer !== '') own.answers.set(answer, (own.answers.get(answer) ?? 0) + 1)
  }
  return votes
}

/** The answer that most gave and its share of all attempts; null where none gave any, or two lead. */
export function leader({ n, answers }: Votes): { answer: string; share: number } | null {
  const [first, second] = [...answers].sort(([, a], [, b]) => b - a)
  if (!first || first[1] === second?.[1]) return null
  return { answer: first[0], share: first[1] / n }
}
