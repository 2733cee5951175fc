import type { Model, Round, Task } from '@whetstone/core'
import { readRows, Trace } from '@whetstone/core'
import { toOutcomes } from '@whetstone/evaluation'
import type { Arms } from '@whetstone/runs'
import { attemptArm } from './attempt-arm.ts'
import type { RoundContext } from './round-context.ts'
import { failedTasks, pairedRetest } from './retest.ts'

/**
 * What the incumbent failed in its arm is attempted once more by both, sampled (a greedy incumbent would fail again by construction), with the memory setting that is deployed.
 * Null without a candidate or without failures.
 */
export async function retestRound(
  context: RoundContext,
  candidate: Model | null,
  groups: readonly (readonly Task[])[],
  arms: Arms,
): Promise<Round['retest']> {
  if (!candidate) return null
  // where memories move into the weights, what matters is what they know without them
  const memory = Boolean(context.bank && context.recipe.memory?.deploy && !context.recipe.consolidate)
  const measured = arms.arms.find((arm) => arm.role === 'incumbent' && arm.memory === memory)
  const failed = failedTasks(measured ? await toOutcomes(readRows(context.files.arm(measured.name), Trace, { optional: true })) : [])
  const tasks = groups.map((group) => group.filter(({ id }) => failed.has(id))).filter((group) => group.length > 0)
  if (tasks.length === 0) return null
  const temperature = context.recipe.sampling.temperature || 0.7
  const store = memory && arms.served !== null ? await context.bankAt(arms.served) : null
  await using _open = store ?? { [Symbol.asyncDispose]: async () => {} }
  const bank = store && arms.served !== null ? { tag: arms.served, store } : null
  const again = async (role: 'incumbent' | 'candidate', model: Model) => {
    const { traces } = await attemptArm(context, { role, model, bank }, tasks, {
      file: context.files.retest(role),
      arm: 'retest',
      temperature,
    })
    return toOutcomes(traces)
  }
  const incumbent = await again('incumbent', context.incumbent.model)
  return pairedRetest({ failed, incumbent, candidate: await again('candidate', candidate) }, { seed: context.seed })
}
