import type { Attempt } from '@whetstone/core'
import { deriveSeed, plugin } from '@whetstone/core'
import { z } from 'zod'
import { criticize, rewritten } from '../critique.ts'
import { direct } from '../direct-method.ts'
import type { Prompts } from '../load-prompts.ts'
import { fill, loadPrompts } from '../load-prompts.ts'
import type { By, Draft, Method, MethodSolver, Tools } from '../method.ts'
import { answerOf, methodSolver, nameOf, of, prompts, teacher } from '../method.ts'

const Settings = z.strictObject({
  rounds: z.number().int().nonnegative().default(1).describe('how often the answer is looked at again'),
  critic: teacher
    .default('grade')
    .describe(
      'who says what is wrong: grade (its feedback in train collection; in evaluation every answer is looked at again without a word), self (the attempted model), or a role; neither sees the reference, so both may be had in evaluation',
    ),
  of,
  prompts,
})
type Settings = z.output<typeof Settings>

/**
 * An answer that its grade or critic finds nothing wrong with is left alone. A revision that no longer fits the context leaves the answer
 * before it, and a critique that tells the answer is withheld: the model looks again without it.
 */
export default plugin({
  name: 'revise',
  about: 'an answer, and then a second look at it in the same conversation (sequential self-refinement)',
  settings: Settings,
  make: revise,
})

function revise({ rounds, critic, of: inner, prompts: named }: Settings): MethodSolver {
  const first = inner?.method ?? direct
  const texts = loadPrompts(named)
  const by = critic === 'grade' ? '' : `, criticised by ${critic === 'self' ? 'itself' : nameOf(critic)}`
  const method: Method = async function* (attempt, tools) {
    let draft = tools.keep(yield* first(attempt, tools))
    for (let round = 0; round < rounds && draft.finish !== 'context' && draft.finish !== 'vocabulary'; round++) {
      const wish =
        critic === 'grade' ? await byGrade(attempt, draft, tools, texts) : yield* byCritic(attempt, draft, tools, texts, critic, round)
      if (wish === null) return draft
      const revised = yield* rewritten(attempt, draft, tools, texts, wish, deriveSeed(attempt.seed, 'revise', round))
      if (revised === null) return draft
      draft = tools.keep(revised)
    }
    return draft
  }
  return methodSolver(`${rounds === 1 ? 'revise' : `revise-${rounds}`}${inner ? ` of ${inner.name}` : ''}${by}`, method, [
    inner,
    critic === 'grade' || critic === 'self' ? undefined : critic,
  ])
}

/** What is said to an answer; null when it is right. */
async function byGrade({ task }: Attempt, draft: Draft, { grade }: Tools, said: Prompts): Promise<string | null> {
  if (!grade) return said.again
  const { passed, feedback } = await grade(task, answerOf(draft))
  return passed ? null : fill(said.failed, { feedback }).replace(/ {2,}/g, ' ')
}

async function* byCritic(attempt: Attempt, draft: Draft, tools: Tools, said: Prompts, critic: By, round: number) {
  const critique = yield* criticize(
    attempt,
    draft,
    tools,
    said.critique,
    said.said,
    critic === 'self' ? undefined : critic,
    deriveSeed(attempt.seed, 'critique', round),
  )
  if (critique === null) return said.again
  return said.nothingWrong.test(critique) ? null : fill(said.rewrite, { critique })
}
