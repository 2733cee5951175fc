import type { Completion, Message } from '@whetstone/core'
import { deriveSeed, plugin, Sampling } from '@whetstone/core'
import { z } from 'zod'
import { prose } from '../critique.ts'
import type { Prompts } from '../load-prompts.ts'
import { fill, loadPrompts } from '../load-prompts.ts'
import type { Draft, Method, MethodSolver } from '../method.ts'
import { checkReasoning, readReasoning } from '../read-reasoning.ts'
import { ask, askDirectly, isRefused, methodSolver, nameOf, prompts, teacher } from '../method.ts'

const Settings = z.strictObject({
  iterations: z.number().int().nonnegative().default(1).describe('how often the work is summarized and gone on with'),
  until: z
    .enum(['iterations', 'stable', 'done'])
    .default('iterations')
    .describe('always so often; until two answers are the same; or until a piece ends by itself'),
  piece: z.number().int().positive().optional().describe("most tokens of a piece of reasoning (default: the sampling's own)"),
  summarizer: teacher.optional().describe('who summarizes: a role; the attempted model when absent'),
  votes: z
    .number()
    .int()
    .positive()
    .default(1)
    .describe('summaries asked of each piece, of which the one that most share is taken; greedy ones are all the same'),
  sampling: Sampling.partial().optional().describe('how the summarizer samples, where it differs'),
  reuse: z
    .union([
      z.custom<ReadonlyMap<string, string>>((value) => value instanceof Map, { message: 'must be a file of traces' }),
      z.string().min(1).transform(readReasoning),
    ])
    .optional()
    .describe("a file of an earlier run's traces, whose answers are the first piece of reasoning: then that costs nothing"),
  prompts,
})
type Settings = z.output<typeof Settings>

/**
 * Every prompt stands for itself: a summary is made from one piece of reasoning, and the next reasoning sees the task and that summary, nothing
 * else. The system message (instruction and memories) goes with the reasoning. Where the prompts join pieces, the summary is a problem of its
 * own, and the answer holds the whole steps of all pieces. What does not fit leaves the answer before it.
 */
export default plugin({
  name: 'summarize',
  about:
    'iterated summarization: reason, summarize the reasoning, reason again from the summary; long reasoning never has to fit into the context twice',
  settings: Settings,
  make: summarize,
})

function summarize({ iterations, until, piece, summarizer, votes, sampling: own, reuse, prompts: named }: Settings): MethodSolver {
  const texts = loadPrompts(named)
  const by = summarizer ? `, summarized by ${nameOf(summarizer)}` : ''
  const method: Method = async function* (attempt, tools) {
    const sampling = piece === undefined ? tools.sampling : { ...tools.sampling, maxTokens: piece }
    const asked = askDirectly(attempt)
    let problem = attempt.task.prompt
    const reason = (text: string): Message[] => [
      ...asked.slice(0, -1),
      { role: 'user', content: texts.piece ? fill(texts.piece, { problem: text }) : text },
    ]
    let messages = reason(attempt.task.prompt)
    let steps = ''
    let before: Draft | null = null
    let seed = attempt.seed
    for (let iteration = 0; ; iteration++) {
      const reused: string | undefined = iteration === 0 ? reuse?.get(attempt.task.id) : undefined
      const reply: Completion = reused === undefined ? (yield* ask({ role: 'solver', messages, seed, sampling }))[0]! : given(reused)
      if (isRefused(reply) && before) return before
      const draft: Draft = tools.keep({
        messages: [...asked, { role: 'assistant', content: join(texts, steps, reply) }],
        finish: reply.finish,
      })
      const stable = before !== null && before.messages.at(-1)?.content === draft.messages.at(-1)?.content
      const done =
        until === 'done' ? (texts.piece ? texts.final.test(reply.text) : reply.finish !== 'length') : until === 'stable' && stable
      if (isRefused(reply) || done || iteration === iterations) return draft
      before = draft
      const work = [reply.reasoning, reply.text].filter(Boolean).join('\n\n')
      const request: Message = { role: 'user', content: fill(texts.summarize, { problem, work }) }
      const how = { ...prose(tools.sampling), ...own }
      const asks = Array.from({ length: how.temperature === 0 ? 1 : votes }, (_, i) => ({
        ...{ role: 'summarizer', messages: [request], sampling: how, by: summarizer },
        seed: deriveSeed(attempt.seed, 'summarize', iteration, ...(i === 0 ? [] : [i])),
      }))
      const summary = mostShared((yield* ask(...asks)).flatMap((each) => (isRefused(each) ? [] : [each.text.trim()])))
      if (summary === '') return draft
      const resumed = fill(texts.resume, { problem: attempt.task.prompt, summary })
      if (texts.join === 'pieces') {
        problem = resumed
        steps += wholeSteps(texts, reply.text)
      }
      messages = reason(resumed)
      seed = deriveSeed(attempt.seed, 'again', iteration)
    }
  }
  const solver = methodSolver(
    `${iterations === 1 ? 'summarize' : `summarize-${iterations}`}${by}${reuse ? ', earlier reasoning reused' : ''}`,
    method,
    [summarizer],
  )
  if (!reuse) return solver
  return {
    ...solver,
    solve(attempts, ...rest) {
      checkReasoning(
        reuse,
        attempts.map(({ task }) => task),
      )
      return solver.solve(attempts, ...rest)
    },
  }
}

/** The text that stands most often, the first of equals; empty where there is none. */
const mostShared = (texts: readonly string[]): string =>
  [...Map.groupBy(texts, (each) => each).values()].toSorted((a, b) => b.length - a.length)[0]?.[0] ?? ''
const given = (text: string): Completion => ({ id: '', text, finish: 'length', tokens: { prompt: 0, completion: 0 }, seconds: 0 })
const wholeSteps = ({ separator }: Prompts, text: string) => text.slice(0, text.lastIndexOf(separator) + 1)
const join = ({ join: how }: Prompts, steps: string, { text }: Completion) => (how === 'pieces' ? steps + text : text)
