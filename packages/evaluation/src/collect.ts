import { existsSync, mkdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import type {
  Asked,
  Attempt,
  Grade,
  LanguageModel,
  Policy,
  Sampling,
  Solution,
  SolveFault,
  SolveOptions,
  Solver,
  Task,
  Teacher,
} from '@whetstone/core'
import { appendRows, BadInput, contentId, deriveSeed, readRows, reread, startProgress, taskHash, Trace, writeRows } from '@whetstone/core'
import { inOrder } from './in-order.ts'
import { shareTeachers } from './share-teachers.ts'

/** What is shown to the model besides the task: rendered memories and instruction, with the ids of the memories shown and held out. */
export type Shown = { system: string | null; shown: string[]; withheld: string[] }

export type CollectRequest = {
  run: string
  round: number
  /** Names the arm in trace ids and seeds: e.g. `train`, `validation`. Arms that are compared share it, so that they share seeds. */
  arm: string
  policy: Policy
  /** Chunks do not cross groups (a taskset's level), so that a group may be added later without moving the others' chunks. */
  groups: readonly { tasks: readonly Task[]; samples: number }[]
  seed: number
  solver: Solver
  sampling: Sampling
  /** Whether the solver may look at grades (train collection), never in evaluation. */
  mayGrade: boolean
  /** Who stands behind the roles that the solver asks. */
  teachers?: SolveOptions['teachers']
  grade: (task: Task, answer: string, asked: Asked) => Promise<Grade> | Grade
  /** The task sets' own checks and hints, where they have any. Hints reach a solver only where it may see grades. */
  verify?: SolveOptions['verify']
  hint?: (task: Task) => string
  /** Most tokens that the attempted model may write for one attempt. */
  budget?: number
  /** What each attempt of a chunk is shown, in order. */
  show: (attempts: readonly { task: Task; sample: number }[]) => Promise<Shown[]>
  /** Opens the model when there is something left to attempt. */
  open: () => Promise<LanguageModel>
  /** traces.jsonl; its neighbour `<file>.chunks` says which chunks are whole. */
  file: string
  /** Attempts in a chunk. Part of the work's identity: another size is another order of batches. */
  chunk: number
  label: string
  signal?: AbortSignal
}
/** The traces as they stand in the file, read as often as asked for. */
export type Collected = { traces: AsyncIterable<Trace>; faults: { retried: number; failed: number } }

const Chunk = z.object({
  chunk: z.number().int(),
  bytes: z.number().int(),
  traces: z.number().int(),
  failed: z.number().int(),
  retried: z.number().int(),
})

/**
 * Attempts tasks in canonical order (task, then sample) in fixed chunks and appends each chunk's traces whole: a torn chunk is cut off and done again, a whole one never. So a run that was
 * killed however often ends with the same file as an undisturbed one, wherever the backend is reproducible.
 */
export async function collect(request: CollectRequest): Promise<Collected> {
  const chunks = request.groups.flatMap(({ tasks, samples }) =>
    inChunks(
      tasks.flatMap((task) => Array.from({ length: samples }, (_, sample) => ({ task, sample }))),
      request.chunk,
    ),
  )
  const ledger = `${request.file}.chunks`
  const done = await resume(request.file, ledger)
  if (done.length < chunks.length) {
    const left = chunks.slice(done.length)
    const progress = startProgress(
      request.label,
      left.reduce((count, chunk) => count + chunk.length, 0),
      'attempts',
    )
    let passed = 0
    let tried = 0
    try {
      await using stack = new AsyncDisposableStack()
      const model = stack.use(await request.open())
      // The judge stays open: it is asked after every attempt.
      const { judge } = shareTeachers(request.teachers?.['judge'] ? { judge: request.teachers['judge'] } : {}, stack)
      const teachers = model.ahead ? shareTeachers(request.teachers ?? {}, stack) : request.teachers
      const onTrace = (trace: Trace) => {
        tried++
        if (trace.grade.passed) passed++
        progress.note(`${((100 * passed) / tried).toFixed(0)}% passed`)
        progress.advance()
      }
      // Work that is done elsewhere does not stand still at the end of each chunk; the file holds chunks in their order all the same.
      const attempted = inOrder(left, {
        ahead: () => model.ahead?.(request.chunk) ?? 1,
        work: (slice, signal) => attemptChunk({ ...request, teachers, judge, signal }, model, slice, onTrace),
        signal: request.signal,
      })
      for await (const { item: slice, result } of attempted) {
        const { traces, faults } = result
        request.signal?.throwIfAborted()
        if (faults.length === slice.length)
          throw new BadInput(
            `${request.label}: the provider failed on all ${slice.length} attempts of a chunk (${faults[0]?.fault}): mend it and run the same command again, it resumes here`,
          )
        const bytes = appendRows(request.file, traces)
        const entry = {
          chunk: done.length,
          bytes,
          traces: traces.length,
          failed: faults.length,
          retried: faults.reduce((sum, fault) => sum + fault.retries, 0),
        }
        appendRows(ledger, [entry])
        done.push(entry)
      }
    } finally {
      progress.done()
    }
  }
  const traces = reread(() => readRows(request.file, Trace, { optional: true }))
  return { traces, faults: { retried: sum(done, 'retried'), failed: sum(done, 'failed') } }
}

function inChunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, chunk) => items.slice(chunk * size, (chunk + 1) * size))
}

const sum = (entries: readonly z.infer<typeof Chunk>[], member: 'retried' | 'failed') =>
  entries.reduce((total, entry) => total + entry[member], 0)

/** The whole chunks so far; what a torn chunk left behind is cut off. */
async function resume(file: string, ledger: string): Promise<z.infer<typeof Chunk>[]> {
  mkdirSync(dirname(file), { recursive: true })
  const done = await Array.fromAsync(readRows(ledger, Chunk, { optional: true }))
  const bytes = done.at(-1)?.bytes ?? 0
  const size = existsSync(file) ? statSync(file).size : 0
  if (size < bytes) {
    rmSync(file, { force: true })
    await writeRows(ledger, [])
    return []
  }
  if (size > bytes) truncateSync(file, bytes)
  return done
}

type ChunkRequest = CollectRequest & { judge?: Teacher }
/** Who grades an attempt's answers may ask. */
const askedOf = ({ judge, signal }: ChunkRequest, { seed }: Attempt): Asked => ({
  judge: judge && (() => judge.open()),
  seed: deriveSeed(seed, 'judge'),
  signal,
})

async function attemptChunk(
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
  const { hint } = request
  const seedOf = ({ id }: Task) => attempts.find(({ task }) => task.id === id) as Attempt
  const options: SolveOptions = {
    sampling: request.sampling,
    verify: request.verify,
    budget: request.budget,
    teachers: request.teachers,
    // Only yes or no comes back of it.
    leaks: (task, text) => tellsReference(taskOf(task), text, hint),
    grade: request.mayGrade ? (task, answer) => request.grade(taskOf(task), answer, askedOf(request, seedOf(task))) : undefined,
    hint: request.mayGrade && hint ? (task) => hint(taskOf(task)) : undefined,
    signal: request.signal,
  }
  for await (const result of request.solver.solve(attempts, model, options)) {
    if ('fault' in result) {
      faults.push(result)
      continue
    }
    const index = order.get(result.attempt.id) as number
    const attempt = { ...result.attempt, task: taskOf(result.attempt.task) }
    const trace = await gradeSolution(request, { ...result, attempt }, shown[index] as Shown)
    traces.push({ index, trace })
    onTrace(trace)
  }
  const answered = traces.length + faults.length
  if (answered < attempts.length && !request.signal?.aborted)
    throw new Error(`${request.solver.name} answered ${answered} of ${attempts.length} attempts`)
  return { traces: traces.sort((a, b) => a.index - b.index).map(({ trace }) => trace), faults }
}

/** Whether a critique tells the answer: the hint (or the reference) stands in it as a word. */
function tellsReference(task: Task, text: string, hint: ((task: Task) => string) | undefined): boolean {
  const answer = (hint?.(task) ?? task.reference).trim()
  if (answer === '') return false
  const bound = (edge: string) => (/\w/.test(edge) ? '\\b' : '')
  const quoted = answer.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(bound(answer[0] as string) + quoted + bound(answer.at(-1) as string)).test(text)
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
