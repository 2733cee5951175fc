import type {
  Attempt,
  Call,
  Completion,
  Fault,
  LanguageModel,
  Message,
  Sampling,
  Solution,
  SolveFault,
  SolveOptions,
  Solver,
  Teacher,
} from '@whetstone/core'
import { BadInput, isFault, nested, toCall } from '@whetstone/core'
import { z } from 'zod'

/** A setting that names who answers: a role of the recipe, or a teacher itself (a program). */
export const teacher = z.union([
  z.string().min(1),
  z.custom<Teacher>((value) => typeof (value as Teacher | null)?.open === 'function', { message: 'must be the name of a role' }),
])
/** What a setting of {@link teacher} gives. */
export type By = string | Teacher
export const nameOf = (by: By) => (typeof by === 'string' ? by : by.name)
/** A setting: how the first answer comes about. */
export const of = nested<MethodSolver>('solvers').optional().describe('how the first answer comes about (default: direct)')
/** A setting: what is said to models, by name. */
export const prompts = z.string().default('prose-1').describe('a file of packages/solvers/src/prompts')

/** One call that is wanted; of the attempted model where `by` names nobody else. */
export type Ask = {
  role: string
  messages: readonly Message[]
  seed: number
  sampling: Sampling
  by?: By | undefined
  /** A lesson of its own where the attempt passes, beside the answer, which always is one. */
  trains?: boolean
}
export type Reply = Completion | Fault
/** An attempt's outcome so far: the exchange with the answer last, and how that ended. */
export type Draft = Pick<Solution, 'messages' | 'finish' | 'hinted'>
/** What a method may use, and where it leaves its best answer so far in case it is stopped. */
export type Tools = Omit<SolveOptions, 'budget' | 'signal' | 'teachers'> & {
  keep(draft: Draft): Draft
  drop(what: 'leaks' | 'rewrites'): void
}
/**
 * How one attempt goes: it yields the calls that it wants made at once, is given their replies in that order, and returns its answer. Methods
 * compose by `yield*`, and by `sideBySide` where several go on at once.
 */
export type Course = AsyncGenerator<readonly Ask[], Draft, readonly Reply[]>
export type Method = (attempt: Attempt, tools: Tools) => Course
export type MethodSolver = Solver & { readonly method: Method }

/** A solver that runs a method on many attempts at once; `needsSteps` where it, or one that it is made of, goes by the task set's check of steps. */
export const methodSolver = (
  name: string,
  method: Method,
  asks: readonly (By | MethodSolver | undefined)[] = [],
  needsSteps = asks.some((who) => typeof who === 'object' && 'needsSteps' in who && who.needsSteps),
): MethodSolver => ({
  name,
  method,
  needsSteps,
  roles: [...new Set(asks.flatMap((who) => (typeof who === 'string' ? [who] : who && 'roles' in who ? (who.roles ?? []) : [])))],
  solve: (attempts, model, options) => runMethod(method, attempts, model, options),
})

/** A call without which a method cannot go on failed: the provider's fault, or no tokens left. */
export class CallFault extends Error {
  readonly fault: Fault
  constructor(fault: Fault) {
    super(fault.fault)
    this.fault = fault
  }
}
export const budgetSpent = 'budget spent'

/** Asks at once; a fault of any call ends the course that asked. */
export async function* ask(...asks: readonly Ask[]): AsyncGenerator<readonly Ask[], Completion[], readonly Reply[]> {
  const replies = yield asks
  return replies.map((reply) => {
    if (isFault(reply)) throw new CallFault(reply)
    return reply
  })
}

/** A prompt that the model cannot take at all. */
export const isRefused = ({ finish }: Completion) => finish === 'context' || finish === 'vocabulary'

type Running = {
  place: number
  attempt: Attempt
  course: Course
  kept: Draft | null
  dropped: { leaks: number; rewrites: number }
  /** In the order of asking, whoever answers first; `before` of them belong to earlier turns. */
  calls: (Call | undefined)[]
  before: number
  tokens: { prompt: number; completion: number }
  taught: { prompt: number; completion: number }
  seconds: number
  /** The calls of this turn, their replies as they come, and how many have been sent. */
  asks: readonly Ask[]
  replies: (Reply | undefined)[]
  sent: number
}

/**
 * Waves: the calls that all attempts want next go out together, a batch for each model, in the order of the attempts, so that batches are the
 * same each time. An attempt goes on as soon as its own replies are in.
 */
async function* runMethod(
  method: Method,
  attempts: readonly Attempt[],
  target: LanguageModel,
  { budget = Infinity, signal, teachers = {}, ...given }: SolveOptions,
): AsyncGenerator<Solution | SolveFault> {
  // Teachers are opened when first asked, and closed with the batch.
  await using stack = new AsyncDisposableStack()
  const opened = new Map<Teacher, LanguageModel>()
  const modelOf = async (named: By | undefined) => {
    if (!named) return target
    const by = typeof named === 'string' ? teachers[named] : named
    if (!by) throw new BadInput(`The solver asks "${named as string}", and no model is named for that: add it to the recipe's roles`)
    const model = opened.get(by) ?? stack.use(await by.open())
    opened.set(by, model)
    return model
  }
  let waiting: Running[] = []
  for (const [place, attempt] of attempts.entries()) {
    const running = start(method, attempt, place, given)
    const ended = await advance(running, () => running.course.next())
    if (ended) yield ended
    else waiting.push(running)
  }
  while (waiting.length > 0) {
    const wave = waiting.sort((a, b) => a.place - b.place)
    waiting = []
    const batches = Map.groupBy(
      wave.flatMap((running) => admit(running, budget)),
      ({ ask }) => ask.by,
    )
    for (const running of wave.filter(isAnswered)) {
      const ended = await resume(running)
      if (ended) yield ended
      else waiting.push(running)
    }
    for (const [by, batch] of batches) {
      const model = await modelOf(by)
      const requests = batch.map(({ running, ask: { messages, seed }, sampling }, i) => ({
        id: String(i),
        messages,
        seed,
        sampling,
        task: running.attempt.task.id,
      }))
      for await (const reply of model.generate(requests, { signal })) {
        const { running, index, ask } = batch[Number(reply.id)] as Sent
        running.replies[index] = reply
        if (!isFault(reply)) book(running, index, ask, reply, model, (batch[Number(reply.id)] as Sent).sampling)
        if (running.replies.slice(0, running.sent).includes(undefined)) continue
        if (!isAnswered(running)) {
          // Held back until it was known what the calls before them cost.
          waiting.push(running)
          continue
        }
        const ended = await resume(running)
        if (ended) yield ended
        else waiting.push(running)
      }
    }
    signal?.throwIfAborted()
  }
}

function start(method: Method, attempt: Attempt, place: number, given: Omit<SolveOptions, 'budget' | 'signal' | 'teachers'>): Running {
  const none = () => ({ prompt: 0, completion: 0 })
  const dropped = { leaks: 0, rewrites: 0 }
  const running = { place, attempt, kept: null, dropped, calls: [], before: 0, tokens: none(), taught: none(), seconds: 0 }
  const whole: Running = { ...running, asks: [], replies: [], sent: 0, course: undefined as unknown as Course }
  whole.course = method(attempt, {
    ...given,
    grade: given.grade && noteGrades(given.grade, whole),
    keep: (draft) => (whole.kept = draft),
    drop: (what) => whole.dropped[what]++,
  })
  return whole
}

type Sent = { running: Running; index: number; ask: Ask; sampling: Sampling }

/** The calls of an attempt that fit into what is left of its budget; those that may not fit wait until it is known what the others cost. */
function admit(running: Running, budget: number): Sent[] {
  const sent: Sent[] = []
  let left = budget - running.tokens.completion
  for (let index = running.sent; index < running.asks.length; index++) {
    const ask = running.asks[index] as Ask
    if (ask.by) sent.push({ running, index, ask, sampling: ask.sampling })
    else if (left <= 0 && sent.length === 0) running.replies[index] = { id: String(index), fault: budgetSpent, retries: 0 }
    else if (left <= 0 || (left < ask.sampling.maxTokens && sent.length > 0)) break
    else {
      sent.push({ running, index, ask, sampling: { ...ask.sampling, maxTokens: Math.min(left, ask.sampling.maxTokens) } })
      left -= ask.sampling.maxTokens
    }
    running.sent = index + 1
  }
  return sent
}

const isAnswered = ({ asks, sent, replies }: Running) => sent === asks.length && !Array.from(replies).includes(undefined)

function book(running: Running, index: number, ask: Ask, reply: Completion, { model }: LanguageModel, sampling: Sampling): void {
  const { role, by, messages, seed, trains = false } = ask
  const { tokens, seconds } = reply
  const spent = by ? running.taught : running.tokens
  spent.prompt += tokens.prompt
  spent.completion += tokens.completion
  running.seconds += seconds
  running.calls[running.before + index] = toCall({ messages, seed, sampling }, reply, { role, by: by ? nameOf(by) : null, model, trains })
}

/** What the solver is told of its answers is written down with the calls that gave them. */
function noteGrades(grade: NonNullable<SolveOptions['grade']>, { calls }: Running): NonNullable<SolveOptions['grade']> {
  return async (task, answer) => {
    const verdict = await grade(task, answer)
    for (const call of calls) if (call?.text === answer) call.grade = { reward: verdict.reward, passed: verdict.passed }
    return verdict
  }
}

const resume = (running: Running) => {
  const replies = running.replies as Reply[]
  return advance(running, () => running.course.next(replies))
}

/** Takes the next calls, or gives the outcome out. */
async function advance(
  running: Running,
  next: () => Promise<IteratorResult<readonly Ask[], Draft>>,
): Promise<Solution | SolveFault | null> {
  try {
    const { done, value } = await next()
    if (done) return toSolution(running, value)
    if (value.length === 0) return await advance(running, () => running.course.next([]))
    running.before = running.calls.length
    Object.assign(running, { asks: value, replies: Array<Reply | undefined>(value.length).fill(undefined), sent: 0 })
    return null
  } catch (error) {
    if (!(error instanceof CallFault)) throw error
    const { fault, retries } = error.fault
    if (fault !== budgetSpent) return { attempt: running.attempt, fault, retries }
    const nothing: Draft = { messages: [...askDirectly(running.attempt), { role: 'assistant', content: '' }], finish: 'length' }
    return { ...toSolution(running, running.kept ?? nothing), stopped: budgetSpent }
  }
}

function toSolution({ attempt, tokens, taught, seconds, calls, dropped }: Running, draft: Draft): Solution {
  const { messages, finish, hinted } = draft
  const made = calls.filter((call) => call !== undefined)
  const answer = made.findLast((call) => call.text === answerOf(draft) && call.finish === finish)
  if (answer) answer.answer = answer.trains = true
  const didDrop = dropped.leaks + dropped.rewrites > 0
  const wasTaught = taught.prompt + taught.completion > 0
  return {
    attempt,
    messages,
    finish,
    tokens,
    seconds,
    calls: made,
    taught: wasTaught ? taught : undefined,
    hinted: hinted || undefined,
    dropped: didDrop ? dropped : undefined,
  }
}

/** The messages of a first attempt: instruction and memories as the system message, the task's prompt as the user's. */
export function askDirectly(attempt: Attempt): Message[] {
  const user: Message = { role: 'user', content: attempt.task.prompt }
  return attempt.system === null ? [user] : [{ role: 'system', content: attempt.system }, user]
}

/** The exchange with one more answer. */
export const answered = (messages: readonly Message[], { text, finish }: Completion): Draft => ({
  messages: [...messages, { role: 'assistant', content: text }],
  finish,
})
export const answerOf = ({ messages }: Draft): string => messages.at(-1)?.content ?? ''
