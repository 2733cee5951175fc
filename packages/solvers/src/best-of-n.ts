import type { Attempt, Completion, Fault, SolveOptions, Solver } from '@whetstone/core'
import { deriveSeed, isFault } from '@whetstone/core'
import { ask, firstTurns, settle, toFault, toSolution } from './exchange.ts'
import type { Exchange, Turn } from './exchange.ts'

/**
 * Several answers to a task, of which one is kept: where grades may be seen (train collection) the one with the highest reward, else the
 * one whose last line most of them share (self-consistency, Wang et al. 2022, arXiv 2203.11171, with the last line for the answer); the
 * earliest of equals. Greedy answers are all the same, so only one is asked for.
 */
export function bestOfN({ n = 4 }: { n?: number } = {}): Solver {
  return {
    name: `best-of-${n}`,
    async *solve(attempts, model, { sampling, grade, signal }) {
      const count = sampling.temperature === 0 ? 1 : n
      const waiting = new Map<Exchange, { turn: Turn; reply: Completion | Fault }[]>()
      const turns = firstTurns(attempts).flatMap((turn) =>
        Array.from({ length: count }, (_, i): Turn => ({ ...turn, seed: seedOf(turn.exchange.attempt, i) })),
      )
      for await (const answered of ask(model, turns, sampling, signal)) {
        const { exchange } = answered.turn
        const replies = [...(waiting.get(exchange) ?? []), answered]
        waiting.set(exchange, replies)
        if (replies.length < count) continue
        waiting.delete(exchange)
        // In the order of asking, so that ties fall the same way whoever finished first.
        replies.sort((a, b) => turns.indexOf(a.turn) - turns.indexOf(b.turn))
        const completions = replies.flatMap(({ reply }) => (isFault(reply) ? [] : [reply]))
        if (completions.length === 0) {
          yield toFault(exchange, replies[0]?.reply as Fault)
          continue
        }
        settle(answered.turn, await choose(completions, exchange.attempt, grade))
        yield toSolution(exchange)
      }
    },
  }
}

/** The first answer is the one that `direct` would give. */
const seedOf = (attempt: Attempt, i: number) => (i === 0 ? attempt.seed : deriveSeed(attempt.seed, 'best-of-n', i))

async function choose(completions: readonly Completion[], { task }: Attempt, grade: SolveOptions['grade']): Promise<Completion> {
  const scores = grade
    ? await Promise.all(completions.map(async ({ text }) => (await grade(task, text)).reward))
    : votes(completions.map(({ text }) => lastLine(text)))
  return completions[scores.indexOf(Math.max(...scores))] as Completion
}

const lastLine = (text: string) => text.trim().split('\n').at(-1)?.trim() ?? ''
/** For each answer how many are equal to it; an empty one has no vote. */
const votes = (answers: readonly string[]) =>
  answers.map((answer) => (answer === '' ? 0 : answers.filter((other) => other === answer).length))
