import {
  BadInput,
  deriveSeed,
  isFault,
  memoryId,
  plugin,
  random,
  shuffle,
  startProgress,
  type GenerateRequest,
  type LanguageModel,
  type Memory,
  type Message,
  type ReflectOptions,
  type Reflector,
  type Trace,
} from '@whetstone/core'
import { z } from 'zod'
import { exchangeOf } from '../reflection/exchange-of.ts'
import { judgeAttempts } from '../reflection/judge-attempts.ts'
import { parseStrategies } from '../reflection/parse-strategies.ts'
import { readPrompt, type Prompt } from '../reflection/read-prompt.ts'

const Settings = z.strictObject({
  scaling: z
    .enum(['single', 'parallel', 'sequential'])
    .default('parallel')
    .describe(
      'single: one trajectory a task, distilled by itself; parallel: several attempts at a task contrasted with one another (MaTTS parallel); sequential: one trajectory, which the model first checks and mends (MaTTS sequential)',
    ),
  tasks: z.number().int().positive().default(128).describe('tasks reflected on in a round, drawn by seed'),
  limit: z.number().int().positive().default(3).describe('strategies a trajectory (or contrast) may give'),
  attempts: z.number().int().positive().default(4).describe('attempts that are contrasted at once'),
  refinements: z.number().int().positive().default(2).describe('sequential: how often the trajectory is checked and mended'),
  judge: z
    .enum(['grade', 'model'])
    .default('grade')
    .describe(
      "who decides success: the taskset's own grade, or, where there is no ground truth, the model, which fails what it is unsure of",
    ),
  maxTokens: z.number().int().positive().default(1024),
})

/** What is asked about one task, and what an answer becomes. */
type Question = { id: string; content: string; prompt: Prompt; traces: Trace[]; success: boolean }

/** The model sees problem, attempt and verdict; never a reference. */
export default plugin({
  name: 'reflect-strategies',
  about:
    'strategies distilled by the language model from graded attempts, successes and failures alike, each with its own prompt (ReasoningBank, arXiv 2509.25140)',
  settings: Settings,
  make: reflectStrategies,
})

function reflectStrategies({ scaling, tasks, limit, attempts, refinements, judge, maxTokens }: z.output<typeof Settings>): Reflector {
  const prompts = {
    success: readPrompt('success'),
    failure: readPrompt('failure'),
    contrast: readPrompt('contrast'),
    check: readPrompt('check'),
  }
  return {
    name: `reflect-strategies-${scaling}`,
    async reflect(traces, { createdAt, open, seed, signal }: ReflectOptions) {
      // Read twice: which tasks there are, then the attempts at those that were drawn.
      const known = new Set<string>()
      for await (const { task } of traces) known.add(task)
      const chosen = shuffle([...known].sort(), random(deriveSeed(seed, 'reflect'))).slice(0, tasks)
      if (chosen.length === 0) return []
      await using model = await open()
      const byTask = new Map(chosen.map((task): [string, Trace[]] => [task, []]))
      for await (const trace of traces) {
        const group = byTask.get(trace.task)
        if (group && group.length < (scaling === 'parallel' ? attempts : 1)) group.push(trace)
      }
      const groups = [...byTask.values()]
      const verdicts =
        judge === 'model'
          ? await judgeAttempts(groups.flat(), model, { seed, signal })
          : new Map(groups.flat().map((trace) => [trace.id, trace.grade.passed]))
      const passed = (trace: Trace) => verdicts.get(trace.id) === true
      const read =
        scaling === 'sequential'
          ? await refine(groups.flat(), model, { prompt: prompts.check, times: refinements, maxTokens, seed, signal })
          : groups

      const questions = read.map((group) => ask(group))
      function ask(group: Trace[]): Question {
        const [first] = group as [Trace]
        const { problem, attempt } = exchangeOf(first)
        const common = { id: first.task, traces: group, success: group.some(passed) }
        if (group.length > 1) {
          const list = group.map(
            (trace, index) =>
              `Attempt ${index + 1}:\n${exchangeOf(trace).attempt}\nVerdict: ${passed(trace) ? 'passed' : `failed (${trace.grade.reason})`}`,
          )
          return {
            ...common,
            prompt: prompts.contrast,
            content: prompts.contrast.fill({ limit: String(limit), problem, attempts: list.join('\n\n') }),
          }
        }
        const prompt = common.success ? prompts.success : prompts.failure
        return { ...common, prompt, content: prompt.fill({ limit: String(limit), problem, attempt, reason: first.grade.reason }) }
      }

      const memories: Memory[] = []
      await answer(
        questions.map(({ id, content }) => request(id, [{ role: 'user', content }], { seed, maxTokens })),
        model,
        'reflection',
        signal,
        (id, text) => {
          const { prompt, traces: sources, success } = questions.find((question) => question.id === id) as Question
          for (const strategy of parseStrategies(text, limit)) {
            const memory = { ...strategy, sourceTask: id }
            memories.push({
              ...memory,
              id: memoryId(memory),
              sourceTraces: sources.map((trace) => trace.id),
              success,
              createdAt,
              embedding: [],
              reflector: `${prompt.name}-${prompt.version}`,
            })
          }
        },
      )
      return memories.sort((a, b) => (a.id < b.id ? -1 : 1))
    },
  }
}

const request = (id: string, messages: Message[], { seed, maxTokens }: { seed: number; maxTokens: number }): GenerateRequest => ({
  id,
  messages,
  seed: deriveSeed(seed, 'reflect', id),
  sampling: { temperature: 0, maxTokens },
})

/** Puts questions to the model. A provider that fails on all of them stops the round, which resumes later; on some, those tasks give nothing this time. */
async function answer(
  requests: GenerateRequest[],
  model: LanguageModel,
  label: string,
  signal: AbortSignal | undefined,
  take: (id: string, text: string) => void,
): Promise<void> {
  const progress = startProgress(label, requests.length, 'tasks')
  let faults = 0
  let fault = ''
  try {
    for await (const result of model.generate(requests, { signal })) {
      if (isFault(result)) {
        faults++
        fault = result.fault
      } else take(result.id, result.text)
      progress.advance()
    }
  } finally {
    progress.done()
  }
  if (faults > 0 && faults === requests.length)
    throw new BadInput(
      `${label}: the provider failed on all ${faults} tasks (${fault}): mend it and run the same command again, it resumes here`,
    )
}

type Refine = { prompt: Prompt; times: number; maxTokens: number; seed: number; signal: AbortSignal | undefined }

/** Lets the model check and mend its own answers several times, all tasks at once; each trajectory becomes the whole exchange, corrections in view. */
async function refine(
  traces: readonly Trace[],
  model: LanguageModel,
  { prompt, times, maxTokens, seed, signal }: Refine,
): Promise<Trace[][]> {
  const exchanges = new Map(traces.map((trace) => [trace.id, [...trace.messages]]))
  for (let time = 0; time < times; time++) {
    const requests = [...exchanges].map(([id, messages]) =>
      request(id, [...messages, { role: 'user', content: prompt.fill({}) }], { seed: deriveSeed(seed, 'check', time), maxTokens }),
    )
    await answer(requests, model, `checking, ${time + 1} of ${times}`, signal, (id, text) =>
      exchanges.get(id)?.push({ role: 'user', content: prompt.fill({}) }, { role: 'assistant', content: text }),
    )
  }
  return traces.map((trace) => {
    const spoken = (exchanges.get(trace.id) as Message[]).filter((message) => message.role === 'assistant')
    const attempt = spoken.map((message, index) => (index === 0 ? message.content : `[checked, ${index}]\n${message.content}`)).join('\n\n')
    return [
      {
        ...trace,
        messages: [...trace.messages.filter((message) => message.role !== 'assistant'), { role: 'assistant', content: attempt }],
      },
    ]
  })
}
