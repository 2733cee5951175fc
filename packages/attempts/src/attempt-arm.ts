import type { Evaluation, Model, Role, Task } from '@whetstone/core'
import { collect } from '@whetstone/evaluation'
import type { Bank } from '@whetstone/memory'
import { attemptPolicy } from '@whetstone/recipe/attempt-policy.ts'
import type { RoundContext } from './round-context.ts'
import { showMemories } from './show-memories.ts'

/** A policy on the validation tasks; `bank` null shows no memories. `tag` names the bank. */
export type Contestant = { role: Role; model: Model; bank: { tag: string; store: Bank } | null }
export type Groups = readonly (readonly Task[])[]

/** Evaluations of an arm under other names. */
export const relabel = (evaluations: readonly Evaluation[], more: Partial<Evaluation>): Evaluation[] =>
  evaluations.map((evaluation) => ({ ...evaluation, ...more }))

/** One arm: greedy unless the recipe samples more, or a temperature is given. */
export function attemptArm(
  context: RoundContext,
  arm: Contestant,
  groups: Groups,
  how: { file: string; arm: string; temperature: number | undefined },
) {
  const { recipe, seed } = context
  const policy = attemptPolicy(recipe, context.models, { role: arm.role, model: arm.model, train: false })
  const { temperature } = how
  return collect({
    run: context.run,
    round: context.round,
    arm: how.arm,
    policy: { model: arm.model.id, bank: arm.bank?.tag ?? null },
    groups: groups.map((tasks) => ({ tasks: [...tasks], samples: temperature === undefined ? recipe.settings.evalSamples : 1 })),
    seed,
    ...policy,
    sampling: temperature === undefined ? policy.sampling : { ...policy.sampling, temperature },
    show: showMemories(recipe, arm.bank?.store ?? null, { seed, holdout: false, evaluation: true }),
    file: how.file,
    label: `${how.arm === 'retest' ? 'retest ' : ''}${arm.role} ${arm.bank ? `on (${arm.bank.tag})` : 'memory off'}`,
    retryQuarantined: context.retryQuarantined,
    signal: context.signal,
  })
}
