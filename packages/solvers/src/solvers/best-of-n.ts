import type { Attempt, Fault } from '@whetstone/core'
import { deriveSeed, plugin } from '@whetstone/core'
import { z } from 'zod'
import { direct } from '../direct-method.ts'
import { loadPrompts } from '../load-prompts.ts'
import type { Draft, Method, MethodSolver, Tools } from '../method.ts'
import { answerOf, CallFault, methodSolver, of, prompts } from '../method.ts'
import { sideBySide } from '../side-by-side.ts'

const Settings = z.strictObject({
  n: z.number().int().positive().default(4).describe('answers to a task'),
  by: z
    .enum(['reward', 'verify', 'vote'])
    .optional()
    .describe(
      "how one is chosen: by grade (train collection only), by the task set's check of the problem, or the answer that most share; absent: the first that may be used",
    ),
  of,
  prompts,
})
type Settings = z.output<typeof Settings>

export default plugin({
  name: 'best-of-n',
  about:
    'several answers to a task, of which one is kept: the best, or the one that most share (self-consistency, Wang et al. 2022, arXiv 2203.11171); the earliest of equals. Greedy answers are all the same, so only one is asked for',
  settings: Settings,
  make: bestOfN,
})

function bestOfN({ n, by, of: inner, prompts: named }: Settings): MethodSolver {
  const first = inner?.method ?? direct
  const { answer } = loadPrompts(named)
  const name = [`best-of-${n}`, ...(by ? [`by ${by}`] : []), ...(inner ? [`of ${inner.name}`] : [])].join(' ')
  const method: Method = async function* (attempt, tools) {
    const count = tools.sampling.temperature === 0 ? 1 : n
    // The first answer is the one that `of` alone would give.
    const attempts = Array.from({ length: count }, (_, i): Attempt =>
      i === 0 ? attempt : { ...attempt, seed: deriveSeed(attempt.seed, 'best-of-n', i) },
    )
    const outcomes = yield* sideBySide(attempts.map((each) => first(each, tools)))
    const drafts = outcomes.filter((outcome): outcome is Draft => !('fault' in outcome))
    if (drafts.length === 0) throw new CallFault(outcomes[0] as Fault)
    const scores = await score(drafts, attempt, tools, by, answer)
    return drafts[scores.indexOf(Math.max(...scores))] as Draft
  }
  return methodSolver(name, method, [inner])
}

async function score(
  drafts: readonly Draft[],
  { task }: Attempt,
  { grade, verify }: Tools,
  by: Settings['by'],
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
