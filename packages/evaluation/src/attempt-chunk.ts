import {
  BadInput,
  contentId,
  deriveSeed,
  redact,
  taskHash,
  Trace,
  type Attempt,
  type Grade,
  type LanguageModel,
  type Solution,
  type SolveFault,
  type Task,
  type Teacher,
} from '@whetstone/core'
import { type CollectRequest, type Shown } from './collect-request.ts'
import { type Quarantined } from './quarantine.ts'
import { askedOf, solverOptions } from './solver-options.ts'

type ChunkRequest = CollectRequest & { judge?: Teacher }
/** Attempts at one chunk: traces in their order, what failed, what was put aside. */
export async function attemptChunk(
  request: ChunkRequest,
  model: LanguageModel,
  slice: readonly { task: Task; sample: number }[],
  onTrace: (trace: Trace) => void,
) {
  const shown = await request.show(slice)
  const attempts: Attempt[] = slice.map(({ task, sample }, index) => ({
    id: `${task.id}#${sample}`,
    // References never reach a solver.
    task: { ...task, reference: '' },
    sample,
    seed: deriveSeed(request.sampling.seed ?? request.seed, request.arm, request.round, task.id, sample),
    system: shown[index]?.system ?? null,
  }))
  const order = new Map(attempts.map((attempt, index) => [attempt.id, index]))
  const traces: { index: number; trace: Trace }[] = []
  const faults: SolveFault[] = []
  const whole = new Map(slice.map(({ task }) => [task.id, task]))
  const taskOf = ({ id }: Pick<Task, 'id'>) => whole.get(id) as Task
  const seedOf = ({ id }: Task) => (attempts.find(({ task }) => task.id === id) as Attempt).seed
  const options = solverOptions(request, whole, seedOf)
  const quarantined: Omit<Quarantined, 'chunk'>[] = []
  const counted = countRetries(model)
  const settled = new Set<string>()
  const settle = async ({ attempt: { task, ...rest }, ...solution }: Solution) => {
    const index = order.get(rest.id) as number
    const attempt = { ...rest, task: taskOf(task) }
    try {
      // As it will be read back: what cannot be would stop every later step.
      const trace = await gradeSolution(request, { ...solution, attempt }, shown[index] as Shown)
      Trace.parse(JSON.parse(JSON.stringify(trace)))
      traces.push({ index, trace })
      onTrace(trace)
    } catch (error) {
      if (request.signal?.aborted || error instanceof BadInput) throw error
      quarantined.push({ attempt: attempt.id, why: reason(error), answer: solution.messages.at(-1)?.content?.slice(0, 2000) ?? null })
    }
  }
  const work = async (some: readonly Attempt[]) => {
    const solved: Solution[] = []
    try {
      for await (const result of request.solver.solve(some, counted.model, options)) {
        settled.add(result.attempt.id)
        if ('fault' in result) faults.push(result)
        // A judge is asked about all of them at once, in their order: so its batches are full, and the same each time.
        else if (request.judge) solved.push(result)
        else await settle(result)
      }
    } finally {
      solved.sort((a, b) => (order.get(a.attempt.id) as number) - (order.get(b.attempt.id) as number))
      await Promise.all(solved.map(settle))
    }
  }
  try {
    await work(attempts)
  } catch (error) {
    if (request.signal?.aborted || error instanceof BadInput) throw error
    // One answer may have broken the work on all: each alone, and those that break it again lie aside.
    const left = attempts.filter(({ id }) => !settled.has(id))
    const before = quarantined.length
    for (const attempt of left)
      await work([attempt]).catch((own: unknown) => {
        if (request.signal?.aborted || own instanceof BadInput) throw own
        quarantined.push({ attempt: attempt.id, why: reason(own), answer: null })
      })
    // Not an answer then, but what works on them.
    if (left.length > 1 && quarantined.length - before === left.length) throw error
  }
  const answered = traces.length + faults.length + quarantined.length
  if (answered < attempts.length && !request.signal?.aborted)
    throw new Error(`${request.solver.name} answered ${answered} of ${attempts.length} attempts`)
  return {
    traces: traces.sort((a, b) => a.index - b.index).map(({ trace }) => trace),
    faults,
    retried: Math.max(
      counted.retried(),
      faults.reduce((sum, fault) => sum + fault.retries, 0),
    ),
    quarantined,
  }
}

const reason = (error: unknown) =>
  redact((error as Error).message ?? String(error))
    .replace(/\s+/g, ' ')
    .slice(0, 300)

/** A model that counts how often its requests were sent again, for answers and for faults alike. */
function countRetries(model: LanguageModel): { model: LanguageModel; retried(): number } {
  let retried = 0
  async function* generate(...given: Parameters<LanguageModel['generate']>) {
    for await (const result of model.generate(...given)) {
      retried += result.retries ?? 0
      yield result
    }
  }
  return {
    model: { ...model, model: model.model, score: model.score?.bind(model), ahead: model.ahead?.bind(model), generate },
    retried: () => retried,
  }
}

async function gradeSolution(request: ChunkRequest, solution: Solution, shown: Shown): Promise<Trace> {
  const { task, sample, seed } = solution.attempt
  return {
    id: contentId('trace', [request.run, request.round, request.arm, request.policy, task.id, sample]),
    run: request.run,
    round: request.round,
    task: task.id,
    taskHash: taskHash(task),
    taskset: task.taskset,
    split: task.split,
    level: task.level,
    cluster: task.cluster,
    policy: request.policy,
    solver: request.solver.name,
    sample,
    seed,
    memories: { shown: shown.shown, withheld: shown.withheld },
    calls: solution.calls,
    messages: solution.messages,
    grade: await verdict(request, solution),
    tokens: solution.tokens,
    seconds: solution.seconds,
    finish: solution.finish,
    truncated: solution.finish === 'length',
    taught: solution.taught,
    stopped: solution.stopped,
    hinted: solution.hinted,
    dropped: solution.dropped,
  }
}

/** Ends at which there is no answer to grade: counted by their names, not as wrong answers. */
const withoutAnswer: ReadonlySet<string> = new Set(['context', 'vocabulary', 'content_filter', 'tool_calls', 'empty'])

/** Prompts that the model cannot take are failed attempts with that reason; a truncated answer is graded as it stands, and its reason says so when it fails. */
async function verdict(request: ChunkRequest, { attempt, finish, messages }: Solution): Promise<Grade> {
  if (withoutAnswer.has(finish)) return { reward: 0, passed: false, parts: {}, reason: finish, feedback: '' }
  const grade = await request.grade(attempt.task, messages.at(-1)?.content ?? '', askedOf(request, attempt))
  return finish === 'length' && !grade.passed ? { ...grade, reason: 'truncated' } : grade
}
