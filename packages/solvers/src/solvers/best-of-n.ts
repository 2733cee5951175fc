import type { Attempt, Fault } from '@whetstone/core'
import { deriveSeed } from '@whetstone/core'
import { direct } from './direct.ts'
import { loadPrompts } from './load-prompts.ts'
import type { Draft, MethodSolver, Tools } from './method.ts'
import { answerOf, CallFault, methodSolver } from './method.ts'
import { sideBySide } from './side-by-side.ts'

export type BestOfN = {
  n?: number
  /**
   * How one is chosen. `reward`: by grade, in train collection only. `verify`: by the task set's check of the problem alone. `vote`: the
   * answer that most share. Absent: the first of these that may be used.
   */
  by?: 'reward' | 'verify' | 'vote'
  /** How each answer comes about. */
  of?: MethodSolver
  /** Names what of a text is its answer, for votes. */
  prompts?: string
}

/**
 * Several answers to a task, of which one is kept: the best, or the one whose answer most of them share (self-consistency, Wang et al. 2022,
 * arXiv 2203.11171); the earliest of equals. Greedy answers are all the same, so only one is asked for.
 */
export function bestOfN({ n = 4, by, of = direct, prompts = 'prose-1' }: BestOfN = {}): MethodSolver {
  const { answer } = loadPrompts(prompts)
  const named = [`best-of-${n}`, ...(by ? [`by ${by}`] : []), ...(of === direct ? [] : [`of ${of.name}`])].join(' ')
  return methodSolver(named, async function* (attempt, tools) {
    const count = tools.sampling.temperature === 0 ? 1 : n
    // The first answer is the one that `of` alone would give.
    const attempts = Array.from({ length: count }, (_, i): Attempt =>
      i === 0 ? attempt : { ...attempt, seed: deriveSeed(attempt.seed, 'best-of-n', i) },
    )
    const outcomes = yield* sideBySide(attempts.map((each) => of.method(each, tools)))
    const drafts = outcomes.filter((outcome): outcome is Draft => !('fault' in outcome))
    if (drafts.length === 0) throw new CallFault(outcomes[0] as Fault)
    const scores = await score(drafts, attempt, tools, by, answer)
    return drafts[scores.indexOf(Math.max(...scores))] as Draft
  })
}

async function score(
  drafts: readonly Draft[],
  { task }: Attempt,
  { grade, verify }: Tools,
  by: BestOfN['by'],
  answer: RegExp,
): Promise<number[]> {
  const texts = drafts.map(answerOf)
  const how = by ?? (grade ? 'reward' : 'vote')
  if (how === 'reward' && grade) return Promise.all(texts.map(async (text) => (await grade(task, text)).reward))
  const checks = how === 'verify' && verify ? texts.map((text) => verify(task, text)) : []
  if (checks[0]) return checks.map((check) => (check?.complete ? 2 : check?.right ? check.share : 0))
  const answers = texts.map((text) => answer.exec(text.trim())?.[0].trim() ?? '')
  // An empty answer has no vote.
  return answers.map((each) => (each === '' ? 0 : answers.filter((other) => other === each).length))
}
