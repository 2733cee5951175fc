import {
  type Asked,
  type Grade,
  type LanguageModel,
  type Policy,
  type Sampling,
  type SolveOptions,
  type Solver,
  type Task,
} from '@whetstone/core'

/** What is shown to the model besides the task: rendered memories and instruction, with the ids of the memories shown and held out. */
export type Shown = { system: string | null; shown: string[]; withheld: string[] }

export type CollectRequest = {
  run: string
  round: number
  /** Names the arm in trace ids and seeds: e.g. `train`, `validation`. Arms that are compared share it, so that they share seeds. */
  arm: string
  policy: Policy
  /** Chunks do not cross groups (a taskset's level), so that a group may be added later without moving the others' chunks. */
  groups: readonly { tasks: readonly Task[]; samples: number; /** Another than the request's. */ solver?: Solver }[]
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
