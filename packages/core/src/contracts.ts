import type { Call, Finish, Span } from './call.ts'
import type { Dataset, Example, Pair } from './example.ts'
import type { BankVerdict, Decision, LevelName, Look } from './decision.ts'
import type { Evaluation } from './evaluation.ts'
import type { Trace } from './trace.ts'
import type { Gpu } from './gpu.ts'
import type { Grade } from './grade.ts'
import type { Judged } from './judged.ts'
import type { Difference } from './parity.ts'
import type { Message } from './message.ts'
import type { Model } from './model.ts'
import type { Sampling } from './sampling.ts'
import type { Split, Task } from './task.ts'
import type { TrainingStage, Verified } from './training-stage.ts'

/** A source of tasks that can prove itself without a model: reference -> passed, empty -> not passed, ids unique, splits disjoint. */
export type Taskset = {
  readonly name: string
  /** How an answer must look, given as the system message; part of the task, since the grader relies on it. */
  readonly instruction?: string
  /** Levels in ascending order; null where every level is open-ended (generated tasksets: any level from the first number on). */
  readonly levels: readonly number[] | { readonly from: number }
  /** Generated tasksets draw a fresh sample for each round; fixed ones return the same tasks whatever the round. */
  readonly fresh: boolean
  /** Licence and source in one line, for `loops:help`. */
  readonly about: string
  load(request: LoadRequest): Promise<Task[]>
  /** Of tasksets that read files: what they hold, in a line, for a look before a round. */
  found?(): Promise<string>
  levelNames?(): Promise<Readonly<Record<number, string>> | null> // by level, where they are called easy and hard, algebra and geometry
  /** Of tasksets that read files: a hash of all train and validation tasks, so that an edited file is noticed. */
  content?(): Promise<string>
  /** Grades one answer (reasoning stripped). Never throws on a bad answer. */
  grade(task: Task, answer: string, asked?: Asked): Promise<Grade> | Grade
  /** Its grader asks a model: the recipe must have one with the role judge. */
  readonly needsJudge?: boolean
  /** Of such a taskset: how far a judge agrees with answers whose verdict is known; null where none are given. */
  probeJudge?(judge: LanguageModel, how: { seed: number; signal?: AbortSignal }): Promise<Omit<Judged, 'taskset' | 'model'> | null>
  /**
   * Checks an answer under way without the reference, by what the problem itself says. Where a taskset has it, search may use it in
   * evaluation too, and the result names it.
   */
  verify?(task: Omit<Task, 'reference'>, partial: string): Verification
  /** What a hint tells in training: the answer without the way to it. The whole reference where this is absent. */
  hint?(task: Task): string
}
/** Who a grader may ask: the role judge, opened when it is first asked; the seed that its votes derive from. */
export type Asked = { judge?: () => Promise<LanguageModel>; seed: number; signal?: AbortSignal }
/** What a step checker says: whether all whole steps so far are right, about which share of the way they are, and whether that is all of it. */
export type Verification = { right: boolean; share: number; complete: boolean }
export type LoadRequest = {
  split: Split
  seed: number
  /** Number of the round, from 1: part of the draw of generated tasksets. */
  round: number
  /** Only these levels; all (or the taskset's first) when absent. */
  levels?: readonly number[]
  /** At most this many tasks a level (balanced over clusters where there are some). */
  limit?: number
}

/** One completion wanted. Requests with equal messages share their prefix where the backend can. */
export type GenerateRequest = {
  id: string
  messages: readonly Message[]
  seed: number
  sampling: Sampling
  /** What it is asked for. Where several endpoints or classes of machine answer, all that is asked for one task goes to one of them. */
  task?: string
}
export type Completion = {
  id: string
  /** The answer, think block stripped. */
  text: string
  /** The think block, where there was one. */
  reasoning?: string
  finish: Finish
  tokens: { prompt: number; completion: number }
  seconds: number
  /** The prompt as rendered, special tokens included, where the backend tells it. */
  promptText?: string
  /** Token ids as sampled, think block and the end of the turn included (a cut-off stop string's not), where the backend tells them. */
  ids?: number[]
  /** Places among the ids that were put in for the model. */
  forced?: Span[]
  /** Log-probability of each sampled token, natural log, where the backend records it. */
  logprobs?: number[]
  /** Which endpoint or class of machine answered, where there could be several. */
  where?: string
  /** Times that the request was sent again before this answer came. */
  retries?: number
}
/** An infrastructure failure after all retries: counted apart, never graded. */
export type Fault = { id: string; fault: string; retries: number }
export const isFault = (result: Completion | Fault): result is Fault => 'fault' in result

export type ScoreRequest = { id: string; messages: readonly Message[] } & Pick<Sampling, 'reasoning' | 'templateArguments'>
/** Likelihood of the last assistant turn given what precedes it; natural log; entropy in nats, mean over its tokens. */
export type Score = {
  id: string
  logLikelihood: number
  meanLogLikelihood: number
  perplexity: number
  tokens: number
  entropy: number
  greedyMatch: boolean
}

/** An opened model. Batch first: many requests in, completions out as they finish. */
export type LanguageModel = AsyncDisposable & {
  readonly model: Model
  generate(requests: readonly GenerateRequest[], options?: { signal?: AbortSignal }): AsyncIterable<Completion | Fault>
  score?(requests: readonly ScoreRequest[], options?: { signal?: AbortSignal }): Promise<Score[]>
  /** Calls of `generate` of so many requests that are worth having under way at once, as things stand; absent: one after another. */
  ahead?(requests: number): number
}
export type Backend = {
  readonly name: string
  /** The same requests, seed and concurrency give the same completions, bit for bit on one machine. */
  readonly reproducible: boolean
  /** Native tools that it calls. */
  readonly tools?: readonly string[]
  open(model: Model, options: OpenOptions): Promise<LanguageModel>
}
export type OpenOptions = {
  /** Sequences decoded at once. */
  concurrency: number
  threads?: number
  /** Tokens a sequence may hold, prompt and completion. */
  context?: number
  gpu?: Gpu
  /** Layers on it, where not all. */
  gpuLayers?: number
  /** What chat templates that ask for today's date are told, YYYY-MM-DD; the real one where absent. */
  date?: string
  /** Log-probabilities of what is sampled, where the backend can tell them. */
  logprobs?: boolean
  logFile?: string
  /** The flag that named the endpoint, which an error says to check. */
  flag?: string
  /** Where is kept which tasks went to which endpoint or class of machine, so that later arms go there too. */
  spreadFile?: string
  signal?: AbortSignal
}

/** One attempt to be made; the task that a solver is given has no reference (an empty one). `system` holds instruction and rendered memories, null when there is neither. */
export type Attempt = { id: string; task: Task; sample: number; seed: number; system: string | null }
export type Solution = {
  attempt: Attempt
  /** The whole exchange, the answer last. */
  messages: Message[]
  finish: Finish
  /** What the attempted model itself read and wrote, in all its calls. */
  tokens: { prompt: number; completion: number }
  seconds: number
  /** Every call that was made for the attempt, in the order of asking. */
  calls: Call[]
  /** What teachers read and wrote for it: apart, since a budget is the attempted model's own. */
  taught?: { prompt: number; completion: number }
  /** Why the solver ended before it was done (its budget was spent); the answer is the best so far. */
  stopped?: string
  /** The answer was written with the right one as a hint, which the messages no longer show. */
  hinted?: boolean
  /** Critiques that told the answer and were withheld, and teachers' rewrites that were no answer. */
  dropped?: { leaks: number; rewrites: number }
}
export type SolveFault = { attempt: Attempt; fault: string; retries: number }
/** Another model than the attempted one: a critic, rewriter or summarizer of a solver, or a program. Opened when first asked. */
export type Teacher = { readonly name: string; open(): Promise<LanguageModel> }
/** A way of attempting tasks: one file each in packages/solvers/src/solvers. */
export type Solver = {
  readonly name: string
  readonly roles?: readonly string[] // that it asks beside the attempted model, by the names that its settings gave
  readonly needsSteps?: boolean // goes by the task set's own check of steps
  solve(attempts: readonly Attempt[], model: LanguageModel, options: SolveOptions): AsyncIterable<Solution | SolveFault>
}
export type SolveOptions = {
  sampling: Sampling
  /** For solvers that look at their own grades (best-of-n, revise) in train collection; absent in evaluation. */
  grade?: (task: Task, answer: string) => Promise<Grade> | Grade
  /** Checks an answer under way by the problem alone; may be had in evaluation too. Null where the task's set checks none. */
  verify?: (task: Omit<Task, 'reference'>, partial: string) => Verification | null
  /** What a hint may tell: the right answer. In train collection only. */
  hint?: (task: Task) => string
  /** Whether a text tells the task's answer; such a critique is withheld. */
  leaks?: (task: Task, text: string) => boolean
  /** Who stands behind the solver's roles. */
  teachers?: Readonly<Record<string, Teacher>>
  /** Most tokens that the attempted model may write for one attempt, all calls together. */
  budget?: number
  signal?: AbortSignal
}

/** Rows that come one after another: an array, or a file that is read. They may be read more than once: each reading begins with the first. */
export type Rows<T> = AsyncIterable<T> | Iterable<T>

/** A step of the harvest: traces in, those that are kept out, in their order. Holds no more of them at once than it must. */
export type Filter = {
  readonly name: string
  /** Asks for the incumbent's log-likelihood per token of each trace's answer, by trace id: scored only where some filter wants it. */
  readonly needsLikelihood?: boolean
  /** Asks for older rounds' traces. */
  readonly needsOlder?: boolean
  apply(traces: Rows<Trace>, options: FilterOptions): AsyncIterable<Trace>
}
export type FilterOptions = {
  seed: number
  likelihood?: ReadonlyMap<string, number>
  /** All attempts, before any filter: what pass rates and votes are counted over. Absent: what the filter is given. */
  attempts?: Rows<Trace>
  /** Older rounds' traces, through the filters before this one. */
  older?: Rows<Trace>
  /** Questions that must not be trained on: those that measure. */
  heldOut?: () => Promise<readonly string[]>
  /** The right answer of a trace's task, where it is known. */
  reference?: (trace: Trace) => Promise<string | undefined>
  /** Hears of each trace that is left out, and why. */
  dropped?: (trace: Trace, why: string) => void
}

/** One export format: rows of a trainer's own field names. Reads a row at a time and gives the file's content out in pieces. */
export type Format = { readonly name: string; readonly file: string } & (
  | { readonly kind: 'sft'; render(rows: Rows<Example>): AsyncIterable<string | Uint8Array> }
  | { readonly kind: 'preference'; render(rows: Rows<Pair>): AsyncIterable<string | Uint8Array> }
)

export type TrainRequest = {
  base: Model
  dataset: Dataset
  /** Folder for the candidate, its checkpoints and metrics; a torn training resumes from it. */
  folder: string
  seed: number
  round: number
  threads?: number
  gpu?: Gpu
  /** What chat templates that ask for today's date are told, as when sampling. */
  date?: string
  /** Rows as `base` sampled them, with its log-probabilities; and the file for the trained model's, where the trainer can tell them. */
  parity?: { rows: string; trained: string }
  /** Of trainings with several stages: attempts the tasks that were trained on again by a model that a stage left, greedily and without help; what passes becomes rows. */
  verify?: (model: Model, name: string) => Promise<Verified>
  signal?: AbortSignal
  logFile?: string
}
export type Training = {
  model: Model
  steps: number
  seconds: number
  finalLoss: number
  /** The trainer's log-probabilities against the sampler's, before the first step. */
  own?: Difference
  /** What each stage came to, where there were several. */
  stages?: TrainingStage[]
}
/** Turns a dataset into a candidate. */
export type Trainer = {
  readonly name: string
  /** Formats that it reads: the first of them that a data set has. */
  readonly reads: readonly string[]
  /** Native tools that it calls. */
  readonly tools: readonly string[]
  /** What a candidate of this base will be: an adapter beside it, or whole weights. Asked before a round begins; throws BadInput where its settings fit neither each other nor the base. */
  makes?(base: Model): 'adapter' | 'weights'
  train(request: TrainRequest): Promise<Training>
}

/** What a gate needs to judge a round's bank: the incumbent with the old bank and with the new one, on the same tasks. */
export type BankRequest = {
  old: readonly Evaluation[]
  new: readonly Evaluation[]
  looks: readonly Look[]
  seed: number
}
/** The evaluations of all arms on the same tasks, and what came before. */
export type GateRequest = {
  /** Incumbent and candidate with the bank that is served, memory off and on. */
  evaluations: readonly Evaluation[]
  /** The run's best models of earlier rounds, on the levels where the incumbent is not the best. */
  references: readonly Evaluation[]
  /** The levels of the one pooled test, named before any validation attempt; empty: all levels. Every other level is guarded. */
  frontier: readonly LevelName[]
  /** The memory setting the recipe deploys. */
  memory: boolean
  bank: BankVerdict | null
  /** All looks at the run's validation data before this one, those that were withdrawn included. */
  looks: readonly Look[]
  /** Why the candidate's attempts ended early; null where all tasks were attempted. */
  stopped: string | null
  seed: number
}
/** Decides what a run serves: a pair of model and bank that was measured. */
export type Gate = {
  readonly name: string
  /** The level of the next look. */
  level(looks: readonly Look[]): number
  judgeBank(request: BankRequest): BankVerdict
  decide(request: GateRequest): Decision
  /** Asked after each of `batches` parts of the candidate's frontier tasks: why to stop, or null. Absent: all tasks are attempted. */
  readonly early?: { batches: number; stop(request: Omit<GateRequest, 'stopped' | 'references' | 'bank'>): string | null }
}
