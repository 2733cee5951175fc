import type { Solver, SolveOptions, Task } from '@whetstone/core'
import { deriveSeed, isFault } from '@whetstone/core'
import { ask, firstTurns, inOrder, nextTurn, settle, toFault, toSolution } from './exchange.ts'
import type { Turn } from './exchange.ts'

const again =
  'Check your solution step by step. Correct what is wrong, and then give the whole solution again with its answer in the form asked for.'

/**
 * An answer, and then a second look at it in the same conversation (sequential self-refinement). Where grades may be seen a right answer is
 * left alone and a wrong one is sent back with the grade's feedback, which never tells the reference; else every answer is looked at again.
 * A revision that no longer fits the context leaves the answer before it.
 */
export function revise({ rounds = 1 }: { rounds?: number } = {}): Solver {
  return {
    name: rounds === 1 ? 'revise' : `revise-${rounds}`,
    async *solve(attempts, model, { sampling, grade, signal }) {
      let turns = firstTurns(attempts)
      for (let round = 0; turns.length > 0; round++) {
        const next: Turn[] = []
        for await (const { turn, reply } of ask(model, turns, sampling, signal)) {
          const { exchange } = turn
          if (isFault(reply)) yield toFault(exchange, reply)
          else if (!settle(turn, reply) || round === rounds) yield toSolution(exchange)
          else {
            const request = await wish(exchange.attempt.task, reply.text, grade)
            if (request === null) yield toSolution(exchange)
            else next.push(nextTurn(exchange, request, deriveSeed(exchange.attempt.seed, 'revise', round)))
          }
        }
        turns = inOrder(next, attempts)
      }
    },
  }
}

/** What is said to an answer; null when it is right. */
async function wish(task: Task, answer: string, grade: SolveOptions['grade']): Promise<string | null> {
  if (!grade) return again
  const { passed, feedback } = await grade(task, answer)
  return passed ? null : `The solution is not right. ${feedback} ${again}`.replace(/ {2,}/g, ' ')
}
