import type {
  Backend,
  EmbedderSource,
  Filter,
  Format,
  Gate,
  Memory,
  Reflector,
  Sampling as SamplingType,
  Solver,
  SolveOptions,
  Taskset,
  Trainer,
} from '@whetstone/core'
import { Gpu, nested, Sampling } from '@whetstone/core'
import { Pairing } from '@whetstone/harvest'
import { quantizationTypes } from '@whetstone/training'
import { QueueSettings } from '@whetstone/inference/queue/queue-settings.ts'
import { StoreSettings } from '@whetstone/store'
import { z } from 'zod'
import { Bucket } from './bucket.ts'
import { Consolidation } from './consolidation.ts'
import { Micro } from './micro.ts'
import { Role } from './role.ts'

const count = z.number().int().positive().max(1_000_000)

/** The numbers of a recipe; defaults live here and nowhere else. */
export const Settings = z.strictObject({
  seed: z.number().int().nonnegative().default(1).describe("the run's seed, from which every other is derived"),
  samples: count.default(4).describe('attempts at a train task'),
  evalSamples: count.default(1).describe('attempts at a validation or test task (1: greedy)'),
  budget: count
    .optional()
    .describe(
      'most tokens that the attempted model may write for one attempt, all calls of its solver together; absent: as many as it asks for',
    ),
  context: count.default(4096).describe('tokens a sequence may hold, prompt and answer'),
  concurrency: count.default(32).describe('sequences decoded at once'),
  chunk: count.default(256).describe('attempts stored at once: what a kill may cost'),
  threshold: z.number().min(0).max(1).default(0.9).describe('the frontier is the lowest level with train pass@1 under this'),
  frontierLevels: count
    .default(1)
    .describe("levels of the gate's one pooled test: the frontier and those above it, named from train attempts"),
  probe: z
    .strictObject({
      tasks: z.number().int().nonnegative().max(1_000_000).default(32).describe('train tasks a level, the same in every round; 0: none'),
      samples: count.default(4).describe('attempts at each'),
      stop: z.boolean().default(true).describe('an established regression ends the run'),
    })
    .prefault({})
    .describe('the watch for collapse: attempts of what is served after each round'),
  memories: z
    .union([z.enum(['strip', 'keep', 'mix']), z.number().min(0).max(1)])
    .default('mix')
    .describe('rows show memories: never, always, or in half of them; a number: the share of rows that do not'),
  pairs: z.number().int().nonnegative().default(1).describe('preference pairs a task; 0 exports none'),
  pairing: Pairing.prefault({}).describe('how two answers become a pair'),
  from: z
    .enum(['incumbent', 'base'])
    .default('incumbent')
    .describe("weights that a round's training starts from: what is served, or the run's first model"),
  date: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/, 'a day such as 2026-11-30')
    .default('2026-01-01')
    .describe(
      "what chat templates that ask for today's date (Llama 3) are told, in sampling, scoring and training alike: else a run differs by the day",
    ),
  unreadable: z
    .enum(['refuse', 'attempt'])
    .default('refuse')
    .describe(
      'a round whose every prompt holds characters that a model of single characters was never taught: refused, or attempted all the same',
    ),
  keep: count.optional().describe('rounds whose weights and versions of the bank are kept, beside what is served; absent: all'),
  gpu: Gpu.default('auto').describe('accelerator of sampling, scoring, training and embedding'),
})
export type Settings = z.output<typeof Settings>

/** A taskset and how much of it a round uses. */
export const Course = z.strictObject({
  taskset: nested<Taskset>('tasksets'),
  levels: z
    .strictObject({ from: z.number().int().nonnegative(), frontier: z.number().int().nonnegative() })
    .optional()
    .describe(
      'for tasksets that get harder level by level: the first level, and the one that the first round takes for the frontier; absent: all levels always',
    ),
  train: count.describe('train tasks a level'),
  frontierTrain: count.optional().describe('train tasks on the frontier and beyond (default: as on the others)'),
  samples: count.optional().describe("attempts at each train task, where it differs from the settings'"),
  validation: count.describe('validation tasks a level'),
  guarded: count
    .optional()
    .describe(
      'of climbed courses: validation tasks in all on the levels below the frontier, shared out evenly (default: as on the frontier)',
    ),
  only: z
    .strictObject({
      ids: z.array(z.string()).readonly().optional(),
      skipIds: z.array(z.string()).readonly().optional(),
      range: z.string().optional().describe('places of each split and level, from:to'),
    })
    .optional()
    .describe('a part of the tasks'),
})
export type Course = z.output<typeof Course>

/** What the incumbent may remember. */
export const Remembering = z.strictObject({
  uri: z
    .string()
    .min(1)
    .optional()
    .describe(
      "where the bank lies: s3://bucket/prefix (endpoint, region and credentials from the environment, as for a store), or a folder; one run writes to it, anybody reads it by tag; absent: beside the run's weights",
    ),
  embedder: nested<EmbedderSource>('embedders'),
  reflector: nested<Reflector>('reflectors'),
  k: count.default(1).describe('memories shown at once'),
  threshold: z.number().min(-1).max(1).optional().describe('least similarity of a recalled item'),
  holdout: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe('probability with which a retrieved item is held out in train collection, for its causal lift'),
  deploy: z.boolean().default(true).describe('whether the policy that is served uses the bank: which arms the gate compares'),
  render: z
    .custom<(memories: readonly Memory[]) => string>((value) => typeof value === 'function', {
      message: 'must be a function of memories that gives text',
    })
    .describe('the text that memories become in the system message'),
})
export type Remembering = z.output<typeof Remembering>

/** One way of running the loop: the default export of loops/recipes/<name>.ts, made by defineRecipe. */
export const Recipe = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'letters, digits, dot, dash and underscore, at most 64'),
  about: z.string(),
  model: z
    .string()
    .min(1)
    .nullable()
    .describe("GGUF file (relative to the repository's root) or hf:owner/repo/file.gguf; null where an endpoint serves it"),
  backend: nested<Backend>('backends'),
  solver: nested<Solver>('solvers'),
  trainer: nested<Trainer>('trainers').nullable(),
  gate: nested<Gate>('gates'),
  courses: z.array(Course).min(1).readonly(),
  memory: Remembering.nullable(),
  harvest: z.array(nested<Filter>('filters')).readonly(),
  formats: z.array(nested<Format>('formats')).readonly(),
  serve: z
    .union([
      z.enum(['adapter', 'merged']),
      z.strictObject({ quantize: z.enum(quantizationTypes) }),
      z.strictObject({ adapter: z.number().positive() }),
    ])
    .default('adapter')
    .describe(
      'what a candidate is sampled, gated and deployed as: base and adapter (with a scale: {adapter: 0.5}), merged, or merged and in another type',
    ),
  publish: z
    .enum(quantizationTypes)
    .optional()
    .describe('type of the merged GGUF that a promoted LoRA candidate is published as; absent: none is'),
  roles: z
    .record(z.string(), Role)
    .prefault({})
    .describe(
      "models beside the incumbent, by name: attempts (makes the train attempts), reflector, judge (grades where a taskset asks a model), and whatever the solver's settings name (a teacher, a judge)",
    ),
  sampling: Sampling.extend({
    temperature: Sampling.shape.temperature.default(0.7),
    maxTokens: Sampling.shape.maxTokens.default(1024),
  })
    .prefault({})
    .describe('how attempts are sampled'),
  teachers: z
    .strictObject({ basic: Role.optional(), advanced: Role.optional() })
    .prefault({})
    .describe('roles by these names: who names errors, and a stronger one for what stays unsolved'),
  bucket: Bucket.nullable().default(null),
  micro: Micro.nullable().default(null),
  consolidate: Consolidation.nullable()
    .default(null)
    .describe(
      'memories that move into the weights: what a candidate knows without them is retired, and it is measured with the smaller bank',
    ),
  settings: Settings.prefault({}),
  queue: QueueSettings.optional().describe('sampling and scoring by workers on other machines (loops:worker); absent: here'),
  store: StoreSettings.optional().describe(
    'where the run is mirrored, for other machines and against the loss of this one; absent: nowhere',
  ),
})
export type Recipe = z.output<typeof Recipe>

/** Whoever draws tasks: a recipe, or an experiment on one taskset. */
export type Courses = { courses: readonly Pick<Course, 'taskset'>[] }

/** A recipe's tasksets by name. */
export const tasksetsOf = ({ courses }: Courses): Map<string, Taskset> => new Map(courses.map(({ taskset }) => [taskset.name, taskset]))

/** Grades a task by the taskset that it came from. */
export function graderOf(recipe: Courses): Taskset['grade'] {
  const tasksets = tasksetsOf(recipe)
  return (task, answer, asked) => {
    const taskset = tasksets.get(task.taskset)
    if (!taskset) throw new Error(`No taskset ${task.taskset} in the recipe. Tasksets: ${[...tasksets.keys()].join(', ')}`)
    return taskset.grade(task, answer, asked)
  }
}

/** What the recipe's tasksets offer to solvers besides grades: checks of a problem's steps, and hints in training. */
export function offersOf(recipe: Courses): Required<Pick<SolveOptions, 'verify' | 'hint'>> {
  const tasksets = tasksetsOf(recipe)
  return {
    verify: (task, partial) => tasksets.get(task.taskset)?.verify?.(task, partial) ?? null,
    hint: (task) => tasksets.get(task.taskset)?.hint?.(task) ?? task.reference,
  }
}

/** Sampling for train collection, or greedy (one attempt a task) for arms. */
export function samplingOf(
  { sampling, settings }: { sampling: SamplingType; settings: Pick<Settings, 'evalSamples'> },
  purpose: 'train' | 'arms',
): SamplingType {
  return purpose === 'arms' && settings.evalSamples === 1 ? { ...sampling, temperature: 0 } : sampling
}
