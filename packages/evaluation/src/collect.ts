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
import {
  appendRows,
  BadInput,
  contentId,
  deriveSeed,
  readRows,
  redact,
  reread,
  startProgress,
  taskHash,
  Trace,
  writeRows,
} from '@whetstone/core'
import { inOrder } from './in-order.ts'
import { lyingAside, putAside, quarantineFile, type Quarantined } from './quarantine.ts'
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
  /** What was put aside is attempted once more. */
  retryQuarantined?: boolean
  signal?: AbortSignal
}
/** The traces as they stand in the file, read as often as asked for. */
export type Collected = { traces: AsyncIterable<Trace>; faults: { retried: number; failed: number; quarantined: number } }

const Chunk = z.object({
  chunk: z.number().int(),
  bytes: z.number().int(),
  traces: z.number().int(),
  failed: z.number().int(),
  retried: z.number().int(),
  /** Attempts whose answers could not be worked on, put aside. */
  quarantined: z.number().int().default(0),
  /** Of a chunk of attempts that lay aside: those that went well now. */
  again: z.boolean().default(false),
  mended: z.array(z.string()).default([]),
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
  const again = request.retryQuarantined ? await lyingAside(request.file, done) : new Set<string>()
  const whole = done.filter((entry) => !entry.again).length
  if (whole < chunks.length || again.size > 0) {
    const left = chunks.slice(whole).map((slice) => ({ slice, again: false }))
    const back = chunks.flat().filter(({ task, sample }) => again.has(`${task.id}#${sample}`))
    if (back.length > 0) left.unshift({ slice: back, again: true })
    const progress = startProgress(
      request.label,
      left.reduce((count, { slice }) => count + slice.length, 0),
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
        work: ({ slice }, signal) => attemptChunk({ ...request, teachers, judge, signal }, model, slice, onTrace),
        signal: request.signal,
      })
      for await (const { item, result } of attempted) {
        const { slice } = item
        const { traces, faults, retried, quarantined } = result
        request.signal?.throwIfAborted()
        if (faults.length === slice.length)
          throw new BadInput(
            `${request.label}: the provider failed on all ${slice.length} attempts of a chunk (${faults[0]?.fault}): mend it and run the same command again, it resumes here`,
          )
        putAside(
          request.file,
          quarantined.map((row) => ({ ...row, chunk: done.length })),
        )
        if (quarantined.length > 0)
          process.stderr.write(
            `${request.label}: ${quarantined.length} answers could not be worked on and lie aside in ${quarantineFile(request.file)} (${quarantined[0]?.why}); --retry-quarantined attempts them once more\n`,
          )
        const bytes = appendRows(request.file, traces)
        const entry = {
          chunk: done.length,
          bytes,
          traces: traces.length,
          failed: item.again ? 0 : faults.length,
          retried,
          // Those that lay aside are counted already.
          quarantined: item.again ? -traces.length : quarantined.length,
          again: item.again,
          mended: item.again ? traces.map(({ task, sample }) => `${task}#${sample}`) : [],
        }
        appendRows(ledger, [entry])
        done.push(entry)
      }
    } finally {
      progress.done()
    }
  }
  const traces = reread(() => readRows(request.file, Trace, { optional: true }))
  return { traces, faults: { retried: sum(done, 'retried'), failed: sum(done, 'failed'), quarantined: sum(done, 'quarantined') } }
}

function inChunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, chunk) => items.slice(chunk * size, (chunk + 1) * size))
}

const sum = (entries: readonly z.infer<typeof Chunk>[], member: 'retried' | 'failed' | 'quarantined') =>
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
  const quarantined: Omit<Quarantined, 'chunk'>[] = []
  const counted = countRetries(model)
  const settled = new Set<string>()
  const work = async (some: readonly Attempt[]) => {
    for await (const result of request.solver.solve(some, counted.model, options)) {
      settled.add(result.attempt.id)
      if ('fault' in result) {
        faults.push(result)
        continue
      }
      const index = order.get(result.attempt.id) as number
      const attempt = { ...result.attempt, task: taskOf(result.attempt.task) }
      try {
        // As it will be read back: what cannot be would stop every later step.
        const trace = await gradeSolution(request, { ...result, attempt }, shown[index] as Shown)
        Trace.parse(JSON.parse(JSON.stringify(trace)))
        traces.push({ index, trace })
        onTrace(trace)
      } catch (error) {
        if (request.signal?.aborted || error instanceof BadInput) throw error
        quarantined.push({ attempt: attempt.id, why: reason(error), answer: result.messages.at(-1)?.content?.slice(0, 2000) ?? null })
      }
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
