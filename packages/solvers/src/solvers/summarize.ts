import type { Completion, Message, Sampling } from '@whetstone/core'
import { deriveSeed } from '@whetstone/core'
import type { Prompts } from './load-prompts.ts'
import { fill, loadPrompts } from './load-prompts.ts'
import type { Draft, MethodSolver, Teacher } from './method.ts'
import { ask, askDirectly, isRefused, methodSolver } from './method.ts'
import { prose } from './revise.ts'

export type Summarize = {
  /** How often the work is summarized and gone on with. */
  iterations?: number
  /** `iterations`: always so often. `stable`: until two answers are the same. `done`: until a piece ends by itself. */
  until?: 'iterations' | 'stable' | 'done'
  /** Most tokens of a piece of reasoning; the sampling's own when absent. */
  piece?: number
  /** Who summarizes, and how it samples. The attempted model when absent. */
  summarizer?: Teacher
  sampling?: Partial<Sampling>
  /** The first piece of reasoning by task id, from an earlier run or a file: then it costs nothing. */
  reuse?: ReadonlyMap<string, string>
  prompts?: string
}

/**
 * Iterated summarization: reason, summarize the reasoning, reason again from the summary. Long reasoning thus never has to fit into the
 * context twice. Every prompt stands for itself: a summary is made from one piece of reasoning, and the next reasoning sees the task and that
 * summary, nothing else. The system message (instruction and memories) goes with the reasoning. Where the prompts join pieces, the summary is
 * a problem of its own, and the answer holds the whole steps of all pieces. What does not fit leaves the answer before it.
 */
export function summarize(options: Summarize = {}): MethodSolver {
  const { iterations = 1, until = 'iterations', piece, summarizer, sampling: own, reuse, prompts: named = 'prose-1' } = options
  const prompts = loadPrompts(named)
  const by = summarizer ? `, summarized by ${summarizer.name}` : ''
  return methodSolver(`${iterations === 1 ? 'summarize' : `summarize-${iterations}`}${by}`, async function* (attempt, tools) {
    const sampling = piece === undefined ? tools.sampling : { ...tools.sampling, maxTokens: piece }
    const asked = askDirectly(attempt)
    let problem = attempt.task.prompt
    let messages = asked
    let steps = ''
    let before: Draft | null = null
    let seed = attempt.seed
    for (let iteration = 0; ; iteration++) {
      const reused: string | undefined = iteration === 0 ? reuse?.get(attempt.task.id) : undefined
      const reply: Completion = reused === undefined ? (yield* ask({ role: 'solver', messages, seed, sampling }))[0]! : given(reused)
      if (isRefused(reply) && before) return before
      const draft: Draft = tools.keep({
        messages: [...asked, { role: 'assistant', content: join(prompts, steps, reply) }],
        finish: reply.finish,
      })
      const stable = before !== null && before.messages.at(-1)?.content === draft.messages.at(-1)?.content
      const done = until === 'done' ? reply.finish !== 'length' : until === 'stable' && stable
      if (isRefused(reply) || done || iteration === iterations) return draft
      before = draft
      const work = [reply.reasoning, reply.text].filter(Boolean).join('\n\n')
      const request: Message = { role: 'user', content: fill(prompts.summarize, { problem, work }) }
      const how = { ...prose(tools.sampling), ...own }
      const [summary] = yield* ask({
        role: 'summarizer',
        messages: [request],
        seed: deriveSeed(attempt.seed, 'summarize', iteration),
        sampling: how,
        by: summarizer,
      })
      if (isRefused(summary!) || summary!.text.trim() === '') return draft
      const resumed = fill(prompts.resume, { problem: attempt.task.prompt, summary: summary!.text.trim() })
      if (prompts.join === 'pieces') {
        problem = resumed
        steps += wholeSteps(prompts, reply.text)
      }
      messages = [...asked.slice(0, -1), { role: 'user', content: resumed }]
      seed = deriveSeed(attempt.seed, 'again', iteration)
    }
  })
}

const given = (text: string): Completion => ({ id: '', text, finish: 'length', tokens: { prompt: 0, completion: 0 }, seconds: 0 })
const wholeSteps = ({ separator }: Prompts, text: string) => text.slice(0, text.lastIndexOf(separator) + 1)
const join = ({ join: how }: Prompts, steps: string, { text }: Completion) => (how === 'pieces' ? steps + text : text)
