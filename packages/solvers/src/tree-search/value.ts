import type { Attempt } from '@whetstone/core'
import { BadInput, deriveSeed } from '@whetstone/core'
import { z } from 'zod'
import type { Prompts } from '../load-prompts.ts'
import { fill } from '../load-prompts.ts'
import type { Ask, By, Reply, Tools } from '../method.ts'
import { ask } from '../method.ts'

/** A solution under way: its whole steps as text, and whether the last of them ends it. */
export type Partial = { text: string; ended: boolean }
/**
 * What a partial solution is worth, in [0, 1]. `steps`: the task set's own check of the problem, which is right or wrong. `verdict`: the
 * attempted model (or a teacher) is asked whether the last step is right, a token that it was taught by SFT. `vote`: how many of the steps
 * that were sampled in its place were the same.
 */
export const Value = z.enum(['steps', 'verdict', 'vote'])
export type Value = z.infer<typeof Value>

export async function* valuesOf(
  value: Value,
  partials: readonly (Partial & { share: number })[],
  { attempt, tools, prompts, by, depth }: { attempt: Attempt; tools: Tools; prompts: Prompts; by: By | undefined; depth: number },
): AsyncGenerator<readonly Ask[], number[], readonly Reply[]> {
  if (value === 'vote' || partials.length === 0) return partials.map(({ share }) => share)
  if (value === 'steps') {
    return partials.map(({ text, ended }) => {
      const check = tools.verify?.(attempt.task, text)
      if (!check) throw new BadInput(`tree-search: task set ${attempt.task.taskset} checks no steps; take value "verdict" or "vote"`)
      return Number(ended ? check.complete : check.right)
    })
  }
  const asks = partials.map(({ text }, i): Ask => {
    const content = fill(prompts.verdict, { problem: attempt.task.prompt, work: text })
    const seed = deriveSeed(attempt.seed, 'verdict', depth, i, text)
    const { verdictTokens: maxTokens = tools.sampling.maxTokens } = prompts
    return {
      role: 'judge',
      messages: [{ role: 'user', content }],
      seed,
      sampling: { ...tools.sampling, temperature: 0, stop: undefined, maxTokens },
      by,
    }
  })
  return (yield* ask(...asks)).map(({ text }) => Number(prompts.yes.test(text)))
}
