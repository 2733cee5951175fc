import type { Completion, Message, Solver } from '@whetstone/core'
import { deriveSeed, isFault } from '@whetstone/core'
import { askDirectly } from './direct.ts'
import { ask, firstTurns, inOrder, isRefused, prose, settle, toFault, toSolution } from './exchange.ts'
import type { Turn } from './exchange.ts'

/**
 * Iterated summarization: reason, summarize the reasoning, reason again from the summary. Long reasoning thus never has to fit into the
 * context twice. Every prompt of the exchange stands for itself: a summary is made from one piece of reasoning, and the next reasoning sees
 * the task and that summary, nothing else. The system message (instruction and memories) goes with the reasoning. What does not fit leaves
 * the answer before it.
 */
export function summarize({ iterations = 1 }: { iterations?: number } = {}): Solver {
  return {
    name: iterations === 1 ? 'summarize' : `summarize-${iterations}`,
    async *solve(attempts, model, { sampling, signal }) {
      let turns = firstTurns(attempts)
      for (let iteration = 0; turns.length > 0; iteration++) {
        const reasoned: Turn[] = []
        for await (const { turn, reply } of ask(model, turns, sampling, signal)) {
          const { exchange } = turn
          if (isFault(reply)) yield toFault(exchange, reply)
          else if (!settle(turn, reply) || iteration === iterations) yield toSolution(exchange)
          else
            reasoned.push({
              exchange,
              messages: [summaryRequest(exchange.attempt.task.prompt, reply)],
              said: [],
              seed: deriveSeed(exchange.attempt.seed, 'summarize', iteration),
            })
        }
        turns = []
        for await (const { turn, reply } of ask(model, inOrder(reasoned, attempts), prose(sampling), signal)) {
          const { exchange, messages } = turn
          if (isFault(reply)) yield toFault(exchange, reply)
          else if (isRefused(reply) || reply.text.trim() === '') yield toSolution(exchange)
          else {
            const prompt = fromSummary(askDirectly(exchange.attempt), reply.text)
            const said: Message[] = [
              ...messages,
              { role: 'assistant', content: reply.text },
              ...prompt.filter(({ role }) => role !== 'system'),
            ]
            turns.push({ exchange, messages: prompt, said, seed: deriveSeed(exchange.attempt.seed, 'again', iteration) })
          }
        }
        turns = inOrder(turns, attempts)
      }
    },
  }
}

function summaryRequest(problem: string, { text, reasoning }: Completion): Message {
  const work = [reasoning, text].filter(Boolean).join('\n\n')
  const wish =
    'Summarize this work in a few sentences: what was found, which steps are sure, what is still open or doubtful. Do not add anything new.'
  return { role: 'user', content: ['Problem:', problem, 'Work on it so far:', work, wish].join('\n\n') }
}

function fromSummary(prompt: readonly Message[], summary: string): Message[] {
  const introduced = `A summary of earlier work on this problem, which may hold errors:\n\n${summary.trim()}`
  return prompt.map(({ role, content }) => ({ role, content: role === 'user' ? `${content}\n\n${introduced}` : content }))
}
