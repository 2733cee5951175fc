import random from '@whetstone/inference/embedders/random.ts'
import type { Recipe } from '@whetstone/recipe'
import bestOfN from '@whetstone/solvers/solvers/best-of-n.ts'
import type { MethodSolver } from '@whetstone/solvers/method.ts'
import { placebo } from '@whetstone/solvers/placebo.ts'
import shuffled from '@whetstone/training/trainers/shuffled.ts'
import { BadInput, remake, useOf } from '@whetstone/core'

/** A change of a recipe that many ask about, by name. */
export type NamedArm = { about: string; change(recipe: Recipe): Recipe }

const memoryOf = ({ name, memory }: Recipe) => memory ?? refuse(`recipe ${name} has no memory to change`)
const trainerOf = ({ name, trainer }: Recipe) => trainer ?? refuse(`recipe ${name} trains nothing`)
const distillerOf = (recipe: Recipe) => {
  const trainer = trainerOf(recipe)
  return trainer.reads.includes('distill')
    ? trainer
    : refuse(`recipe ${recipe.name} takes no line out of a prompt: ${trainer.name} does not distill`)
}
function refuse(text: string): never {
  throw new BadInput(text)
}

/** Those that an ablation compares where nobody names any. */
export const usualArms: readonly string[] = ['as-is', 'memory-only', 'fine-tune-only', 'no-filter', 'shuffled-answers', 'replace']

export const namedArms: Readonly<Record<string, NamedArm>> = {
  'as-is': { about: 'the recipe', change: (recipe) => recipe },
  'memory-only': { about: 'the bank, and no training', change: (recipe) => ({ ...recipe, memory: memoryOf(recipe), trainer: null }) },
  'fine-tune-only': { about: 'training, and no bank', change: (recipe) => ({ ...recipe, memory: memoryOf(recipe) && null }) },
  'best-of-n': {
    about:
      'no training and no bank; their tokens go into answers: as many to a task as a round makes train attempts a validation task and one more, the one that most share is given',
    change: voting,
  },
  'no-filter': { about: 'failed attempts are trained on too', change: (recipe) => ({ ...recipe, harvest: without(recipe, 'passed') }) },
  'shuffled-answers': {
    about: 'the same rows with their answers dealt out at random',
    change: (recipe) => ({ ...recipe, trainer: shuffled({ of: trainerOf(recipe) }) }),
  },
  'shuffled-lines': {
    about: 'rows whose memory was taken out of the prompt learn what other lines say; the rest stays right (trainers of method distill)',
    change: (recipe) => ({ ...recipe, trainer: shuffled({ of: distillerOf(recipe), lines: true }) }),
  },
  'random-memory': {
    about: 'memories drawn at random in place of recalled ones',
    change: (recipe) => ({ ...recipe, memory: { ...memoryOf(recipe), embedder: random(), threshold: -1 } }),
  },
  replace: { about: "each round's rows alone, nothing older", change: (recipe) => ({ ...recipe, harvest: without(recipe, 'replay') }) },
  restart: {
    about: "each round trains the run's first model again",
    change: (recipe) => ({ ...recipe, settings: { ...recipe.settings, from: 'base' } }),
  },
  'shuffled-critiques': {
    about: "teachers' words about other attempts: what being asked again does without what is said",
    change: (recipe) => mistaught(recipe, 'shuffled'),
  },
  'gibberish-critiques': {
    about: "teachers' words replaced by characters of the same length",
    change: (recipe) => mistaught(recipe, 'gibberish'),
  },
  'random-hints': {
    about: 'hints drawn at random in place of the right answers (solver star)',
    change: (recipe) =>
      useOf(recipe.solver)?.plugin.name === 'star'
        ? { ...recipe, solver: remake(recipe.solver, { hint: 'random' }) }
        : refuse(`recipe ${recipe.name} gives no hints: its solver is ${recipe.solver.name}, and star is the one that does`),
  },
  lora: {
    about: 'an adapter in place of all weights',
    change: (recipe) => ({ ...recipe, trainer: remake(trainerOf(recipe), { weights: 'lora' }) }),
  },
}

/** A recipe that learns nothing and votes. Two votes a task: one answer would be greedy, and all answers the same. */
function voting(recipe: Recipe): Recipe {
  const { courses, sampling, settings, solver } = recipe
  if (!hasMethod(solver)) return refuse(`recipe ${recipe.name}: solver ${solver.name} cannot be asked several times for one answer`)
  const per = (course: Course, lower: number, frontier = lower) =>
    course.levels ? lower * (course.levels.frontier - course.levels.from) + frontier : lower
  const attempts = courses.reduce(
    (sum, course) => sum + per(course, course.train, course.frontierTrain) * (course.samples ?? settings.samples),
    0,
  )
  const tasks = courses.reduce((sum, course) => sum + per(course, course.validation), 0)
  return {
    ...{ ...recipe, trainer: null, memory: null, micro: null },
    solver: bestOfN({ n: 1 + Math.max(1, Math.round(attempts / Math.max(1, tasks))), by: 'vote', of: solver }),
    courses: courses.map((course) => ({ ...course, train: 1, frontierTrain: course.levels && 1, samples: 1 })),
    sampling: { ...sampling, temperature: sampling.temperature || 0.7 },
    settings: { ...settings, evalSamples: 2 },
  }
}
type Course = Recipe['courses'][number]
const hasMethod = (solver: Recipe['solver']): solver is MethodSolver => 'method' in solver

/** A recipe whose teachers say what is worth nothing. */
function mistaught(recipe: Recipe, kind: 'gibberish' | 'shuffled'): Recipe {
  const { basic, advanced } = recipe.teachers
  if (!basic && !advanced) refuse(`recipe ${recipe.name} has no teachers to replace: teachers: { basic, advanced }`)
  const of = (role: typeof basic) => role && ('open' in role ? placebo(kind, role) : { ...role, placebo: kind })
  return { ...recipe, teachers: { basic: of(basic), advanced: of(advanced) } }
}

/** The harvest without one of its filters. */
function without({ name, harvest }: Recipe, filter: string): Recipe['harvest'] {
  const left = harvest.filter((each) => useOf(each)?.plugin.name !== filter)
  return left.length < harvest.length ? left : refuse(`recipe ${name} has no filter ${filter} to leave out`)
}
