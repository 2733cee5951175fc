import type { LanguageModel, Message, Solver } from '@whetstone/core'
import { deriveSeed, isFault } from '@whetstone/core'
import { direct } from './direct.ts'
import { ask, firstTurns, inOrder, isRefused, nextTurn, prose, settle, toFault, toSolution } from './exchange.ts'
import type { Exchange, Turn } from './exchange.ts'

export type ReflectRewrite = {
  /** How often a wrong answer is reflected on and rewritten. */
  rounds?: number
  /** Names the errors: a stronger model, e.g. at an endpoint. The target itself when absent. */
  teacher?: { name: string; open: () => Promise<LanguageModel> }
  /** Who writes the new answer. A teacher's answers are not the target's own: the solver's name says so in every trace. */
  rewriter?: 'target' | 'teacher'
}

/**
 * Reflect, rewrite, repeat (R3): the target answers; while the grade says wrong, and at most `rounds` times, the teacher names the errors
 * without solving the task and the answer is written anew from that. The exchange holds the first, wrong answer and the last one: a
 * preference pair where the last is right. Without grades (evaluation) there is nothing to go by, and the target answers once.
 */
export function reflectRewrite({ rounds = 3, teacher, rewriter = 'target' }: ReflectRewrite = {}): Solver {
  if (rewriter === 'teacher' && !teacher) throw new Error('reflect-rewrite: rewriter "teacher" needs a teacher')
  return {
    name: `reflect-rewrite-${rounds}${teacher ? `, reflected on ${rewriter === 'teacher' ? 'and rewritten ' : ''}by ${teacher.name}` : ''}`,
    async *solve(attempts, target, options) {
      const { sampling, grade, signal } = options
      if (!grade) return yield* direct.solve(attempts, target, options)
      // Opened when the first answer is wrong, closed with the batch.
      await using stack = new AsyncDisposableStack()
      let opened: LanguageModel | undefined
      const teach = async () => (opened ??= teacher ? stack.use(await teacher.open()) : target)

      let turns = firstTurns(attempts)
      for (let round = 0; turns.length > 0; round++) {
        const wrong: Turn[] = []
        for await (const { turn, reply } of ask(round > 0 && rewriter === 'teacher' ? await teach() : target, turns, sampling, signal)) {
          const { exchange } = turn
          if (isFault(reply)) yield toFault(exchange, reply)
          else if (!settle(turn, reply) || round === rounds) yield toSolution(exchange)
          else {
            const { passed, feedback } = await grade(exchange.attempt.task, reply.text)
            if (passed) yield toSolution(exchange)
            else
              wrong.push({
                exchange,
                messages: reflection(exchange, feedback),
                said: [],
                seed: deriveSeed(exchange.attempt.seed, 'reflect', round),
              })
          }
        }
        turns = []
        if (wrong.length === 0) return
        for await (const { turn, reply } of ask(await teach(), inOrder(wrong, attempts), prose(sampling), signal)) {
          const { exchange } = turn
          if (isFault(reply)) yield toFault(exchange, reply)
          else if (isRefused(reply)) yield toSolution(exchange)
          else turns.push(nextTurn(exchange, rewriting(reply.text), deriveSeed(exchange.attempt.seed, 'rewrite', round)))
        }
        turns = inOrder(turns, attempts)
      }
    },
  }
}

function reflection({ attempt, messages }: Exchange, feedback: string): Message[] {
  const answer = messages.at(-1)?.content ?? ''
  const parts = [
    'A student was given this problem:',
    attempt.task.prompt,
    "The student's solution, which is not right:",
    answer,
    ...(feedback ? [`A checker says: ${feedback}`] : []),
    'Name each error in it in a sentence or two: what is wrong and why. Do not solve the problem and do not give the answer.',
  ]
  return [{ role: 'user', content: parts.join('\n\n') }]
}

const rewriting = (errors: string) =>
  [
    'Your solution is not right. What is wrong with it:',
    errors.trim(),
    'Write the whole solution anew, with its answer in the form asked for.',
  ].join('\n\n')
