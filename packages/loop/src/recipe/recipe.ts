import type {
  Backend,
  EmbedderSource,
  Filter,
  Format,
  Gate,
  Memory,
  Reflector,
  Sampling,
  SolveOptions,
  Solver,
  Taskset,
  Trainer,
} from '@whetstone/core'
import { describeUse } from '@whetstone/core'
import type { QuantizationType } from '@whetstone/training'
import { z } from 'zod'

/** The numbers of a recipe; defaults live here and nowhere else. */
export const Settings = z.strictObject({
  seed: z.number().int().nonnegative().default(1),
  /** Attempts at a train task, and at a validation or test task (1: greedy). */
  samples: z.number().int().positive().default(4),
  evalSamples: z.number().int().positive().default(1),
  temperature: z.number().nonnegative().default(0.7),
  maxTokens: z.number().int().positive().default(1024),
  reasoning: z.union([z.enum(['off', 'on']), z.strictObject({ budget: z.number().int().positive() })]).optional(),
  /** Tokens a sequence may hold, prompt and answer. */
  context: z.number().int().positive().default(4096),
  /** Sequences decoded at once. */
  concurrency: z.number().int().positive().default(32),
  /** Attempts stored at once: what a kill may cost. */
  chunk: z.number().int().positive().default(256),
  /** The frontier is the lowest level with train pass@1 under this. */
  threshold: z.number().min(0).max(1).default(0.9),
  /** Levels of the gate's one pooled test: the frontier and those above it, named from train attempts. */
  frontierLevels: z.number().int().positive().default(1),
  /** Rows show memories: never, always, or in half of them. */
  memories: z.enum(['strip', 'keep', 'mix']).default('mix'),
  /** Share of older traces in the training rows. */
  replay: z.number().min(0).max(0.9).default(0.5),
  /** Preference pairs a task; 0 exports none. */
  pairs: z.number().int().nonnegative().default(1),
})
export type Settings = z.infer<typeof Settings>

/** A taskset and how much of it a round uses. */
export type Course = {
  taskset: Taskset
  /** Tasksets that get harder level by level: the first level, and the level that the first round takes for the frontier. Absent: all levels always. */
  levels?: { from: number; frontier: number }
  /** Train tasks a level, and on the frontier and beyond (default: the same). */
  train: number
  frontierTrain?: number
  /** Attempts at each train task here, where it differs from the settings'. */
  samples?: number
  /** Validation tasks a level. */
  validation: number
}

/** What the incumbent may remember. */
export type Remembering = {
  embedder: EmbedderSource
  reflector: Reflector
  /** Memories shown at once. */
  k: number
  /** Least similarity of a recalled item. */
  threshold?: number
  /** Probability with which a retrieved item is held out in train collection, for its causal lift. */
  holdout: number
  /** Whether the policy that is served uses the bank: which arms the gate compares. */
  deploy: boolean
  /** The text that memories become in the system message. */
  render: (memories: readonly Memory[]) => string
}

/** One way of running the loop, as an object in loops/recipes/<name>.ts. */
export type Recipe = {
  name: string
  about: string
  /** GGUF file (relative to the repository's root) or hf:owner/repo/file.gguf; null where an endpoint serves it. */
  model: string | null
  backend: Backend
  solver: Solver
  trainer: Trainer | null
  gate: Gate
  courses: readonly Course[]
  memory: Remembering | null
  harvest: readonly Filter[]
  formats: readonly Format[]
  /** Type of the merged GGUF that a promoted LoRA candidate is published as; absent: none is. */
  publish?: QuantizationType
  settings: Settings
}

/** A recipe's tasksets by name. */
export const tasksetsOf = ({ courses }: Pick<Recipe, 'courses'>): Map<string, Taskset> =>
  new Map(courses.map(({ taskset }) => [taskset.name, taskset]))

/** Grades a task by the taskset that it came from. */
export function graderOf(recipe: Pick<Recipe, 'courses'>): Taskset['grade'] {
  const tasksets = tasksetsOf(recipe)
  return (task, answer) => {
    const taskset = tasksets.get(task.taskset)
    if (!taskset) throw new Error(`No taskset ${task.taskset} in the recipe. Tasksets: ${[...tasksets.keys()].join(', ')}`)
    return taskset.grade(task, answer)
  }
}

/** What the recipe's tasksets offer to solvers besides grades: checks of a problem's steps, and hints in training. */
export function offersOf(recipe: Pick<Recipe, 'courses'>): Required<Pick<SolveOptions, 'verify' | 'hint'>> {
  const tasksets = tasksetsOf(recipe)
  return {
    verify: (task, partial) => tasksets.get(task.taskset)?.verify?.(task, partial) ?? null,
    hint: (task) => tasksets.get(task.taskset)?.hint?.(task) ?? task.reference,
  }
}

/** Sampling for train collection, or greedy (one attempt a task) for arms. */
export function samplingOf(settings: Settings, purpose: 'train' | 'arms'): Sampling {
  const greedy = purpose === 'arms' && settings.evalSamples === 1
  return {
    temperature: greedy ? 0 : settings.temperature,
    maxTokens: settings.maxTokens,
    ...(settings.reasoning ? { reasoning: settings.reasoning } : {}),
  }
}

/** What of a recipe decides its results, as plain data for fingerprints and for the record of a run. Concurrency and threads are left out. */
export function describeRecipe(recipe: Recipe): Record<string, unknown> {
  const { concurrency: _, ...settings } = recipe.settings
  return {
    name: recipe.name,
    model: recipe.model,
    backend: recipe.backend.name,
    solver: recipe.solver.name,
    trainer: recipe.trainer && describeUse(recipe.trainer),
    courses: recipe.courses.map(({ taskset, ...course }) => ({ taskset: taskset.name, instruction: taskset.instruction, ...course })),
    memory: recipe.memory && {
      k: recipe.memory.k,
      threshold: recipe.memory.threshold,
      holdout: recipe.memory.holdout,
      deploy: recipe.memory.deploy,
      reflector: recipe.memory.reflector.name,
      render: recipe.memory.render.toString(),
    },
    gate: describeUse(recipe.gate),
    harvest: recipe.harvest.map(describeUse),
    formats: recipe.formats.map(describeUse),
    settings,
  }
}
