import { plugin, type Grade, type LanguageModel } from '@whetstone/core'
import type { z } from 'zod'
import { toGrade, type Verdict } from './verify/verdict.ts'

/** What is graded. Only the graders that say so look at more than gold and answer. */
export type GradeRequest = {
  /** One gold answer, or several that are all accepted. */
  gold: string | readonly string[]
  /** The model's text, reasoning stripped. */
  answer: string
  question?: string
  /** The task's own: choices, steps, a program's tests. */
  metadata?: Readonly<Record<string, unknown>>
  /** The role `judge`: for graders that ask a model; `seed` is what its votes derive from. */
  judge?: LanguageModel
  seed?: number
  signal?: AbortSignal
}

/** Says whether an answer is right. One file each in this package's folder graders. */
export type Grader = {
  /** Why a gold answer cannot be graded against, or null: asked when tasks load, so that no model is blamed for it. */
  problem(gold: string): string | null | Promise<string | null>
  /** Never throws on a bad answer. */
  grade(request: GradeRequest): Promise<Grade>
  /** It asks a model: a recipe or a command must name one. */
  readonly needsJudge?: boolean
}

export type GraderSpec<Schema extends z.ZodObject> = {
  name: string
  about: string
  settings: Schema
  needsJudge?: boolean
  problem?: (gold: string, settings: z.output<Schema>) => string | null | Promise<string | null>
  /** Against one gold answer. */
  grade: (request: GradeRequest & { gold: string }, settings: z.output<Schema>) => Verdict | Grade | Promise<Verdict | Grade>
}

/** A grader's plug-in from the comparison with one gold answer: of several that are accepted, the one that fits best counts. */
export const grader = <Schema extends z.ZodObject>({ name, about, settings, needsJudge, problem, grade }: GraderSpec<Schema>) =>
  plugin<Schema, Grader>({
    name,
    about,
    settings,
    make: (given) => ({
      needsJudge,
      problem: (gold) => problem?.(gold, given) ?? null,
      async grade(request) {
        const golds = typeof request.gold === 'string' ? [request.gold] : request.gold
        let best: Grade | undefined
        for (const gold of golds) {
          const found = await grade({ ...request, gold }, given)
          const made = 'correct' in found ? toGrade(found) : found
          if (!best || (made.passed && !best.passed) || (made.passed === best.passed && made.reward > best.reward)) best = made
          if (best.passed && best.reward === 1) break
        }
        if (!best) throw new Error('a task without a gold answer cannot be graded')
        return best
      },
    }),
  })
