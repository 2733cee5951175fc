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

export type Look = { grade: Grade; extracted: string | null }

/** Says whether an answer is right. One file each in this package's folder graders. */
export type Grader = {
  /** Why a gold answer cannot be graded against, or null: asked when tasks load, so that no model is blamed for it. */
  problem(gold: string): string | null | Promise<string | null>
  /** Never throws on a bad answer. */
  grade(request: GradeRequest): Promise<Grade>
  /** The same with the text that was read as the answer, where one is; for looking at verdicts. */
  look(request: GradeRequest): Promise<Look>
  /** It asks a model: a recipe or a command must name one. */
  readonly needsJudge?: boolean
}

export type GraderSpec<Schema extends z.ZodObject> = {
  name: string
  about: string
  settings: Schema
  needsJudge?: boolean
  problem?: (gold: string, settings: z.output<Schema>) => string | null | Promise<string | null>
  /** Several gold answers of a task as what is accepted, where a list of them has another meaning: by default each is accepted. */
  accepted?: (golds: readonly string[], settings: z.output<Schema>) => readonly string[]
  /** Against one gold answer. */
  grade: (request: GradeRequest & { gold: string }, settings: z.output<Schema>) => Verdict | Grade | Promise<Verdict | Grade>
}

/** A grader's plug-in from the comparison with one gold answer. */
export const grader = <Schema extends z.ZodObject>({ name, about, settings, needsJudge, problem, accepted, grade }: GraderSpec<Schema>) =>
  plugin<Schema, Grader>({
    name,
    about,
    settings,
    make: (given) => {
      const look = (request: GradeRequest) => {
        const golds = typeof request.gold === 'string' ? [request.gold] : (accepted?.(request.gold, given) ?? request.gold)
        return best({ ...request, gold: golds }, (one) => grade(one, given))
      }
      return {
        needsJudge,
        problem: (gold) => problem?.(gold, given) ?? null,
        grade: async (request) => (await look(request)).grade,
        look,
      }
    },
  })

/** Of several gold answers that are accepted the one that fits best counts. */
async function best(
  request: GradeRequest,
  grade: (one: GradeRequest & { gold: string }) => Verdict | Grade | Promise<Verdict | Grade>,
): Promise<Look> {
  let [found, doubtful]: (Look | undefined)[] = []
  for (const gold of typeof request.gold === 'string' ? [request.gold] : request.gold) {
    const made = await grade({ ...request, gold })
    const look = 'correct' in made ? { grade: toGrade(made), extracted: made.extracted } : { grade: made, extracted: null }
    if (look.grade.undecided) doubtful ??= look
    const [a, b] = [look.grade, found?.grade]
    if (!b || (a.passed && !b.passed) || (a.passed === b.passed && a.reward > b.reward)) found = look
    if (found?.grade.passed && found.grade.reward === 1) break
  }
  if (!found) throw new Error('a task without a gold answer cannot be graded')
  return found.grade.passed ? found : (doubtful ?? found)
}
