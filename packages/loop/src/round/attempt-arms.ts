import type { Model, Task, Trace } from '@whetstone/core'
import { collect, evaluate } from '@whetstone/evaluation'
import type { Arms, TrainAttempts } from '@whetstone/runs'
import { toArm, type Arm as ArmRecord } from '@whetstone/runs'
import { graderOf, offersOf, samplingOf } from '../recipe/recipe.ts'
import type { RoundContext } from './round-context.ts'
import { showMemories } from './show-memories.ts'

/** A policy that is measured. */
export type Arm = ArmRecord & { model: Model }

/** {incumbent, candidate} x {memory off, on}, those that exist; one model on the accelerator at a time. */
export function armsOf(context: RoundContext, candidate: Model | null): Arm[] {
  const models = [
    { role: 'incumbent' as const, model: context.incumbent.model },
    ...(candidate ? [{ role: 'candidate' as const, model: candidate }] : []),
  ]
  return models.flatMap(({ role, model }) =>
    (context.bank ? [false, true] : [false]).map((memory) => ({ ...toArm({ role, memory }), model })),
  )
}

/** The validation tasks of a round: every course, the levels up to the frontier. */
export async function validationTasks({ recipe, seed, round }: RoundContext, train: TrainAttempts): Promise<Task[][]> {
  return Promise.all(
    recipe.courses.map(({ taskset, levels, validation }) => {
      const climbed = levels && train.rates.filter((rate) => rate.taskset === taskset.name).map(({ level }) => level)
      const top = train.frontier?.taskset === taskset.name ? train.frontier.level : Infinity
      return taskset.load({
        split: 'validation',
        seed,
        round,
        limit: validation,
        levels: climbed ? climbed.filter((level) => level <= top).sort((a, b) => a - b) : undefined,
      })
    }),
  )
}

/** Attempts every arm on the same tasks with the same seeds. */
export async function attemptArms(
  context: RoundContext,
  arms: readonly Arm[],
  groups: readonly (readonly Task[])[],
  bankTag: string | null,
): Promise<Arms> {
  const result: Arms = {
    arms: arms.map(({ name, role, memory }) => ({ name, role, memory })),
    evaluations: [],
    tokens: { prompt: 0, completion: 0 },
    faults: { retried: 0, failed: 0 },
    truncated: 0,
    attempted: 0,
  }
  for (const arm of arms) {
    const file = context.files.arm(arm.name)
    const { traces, faults } = await attemptArm(context, arm, groups, { file, bankTag, arm: 'validation', temperature: undefined })
    result.evaluations.push(...(await evaluate(addCosts(result, traces), { model: arm.role, memory: arm.memory })))
    result.faults.retried += faults.retried
    result.faults.failed += faults.failed
  }
  return result
}

/** The traces, counted as they pass. */
async function* addCosts(arms: Arms, traces: AsyncIterable<Trace>) {
  for await (const trace of traces) {
    arms.attempted++
    arms.tokens.prompt += trace.tokens.prompt
    arms.tokens.completion += trace.tokens.completion
    if (trace.truncated) arms.truncated++
    yield trace
  }
}

/** One arm: greedy unless the recipe samples more, or a temperature is given. */
export function attemptArm(
  context: RoundContext,
  arm: Arm,
  groups: readonly (readonly Task[])[],
  how: { file: string; bankTag: string | null; arm: string; temperature: number | undefined },
) {
  const { recipe, seed } = context
  const bank = arm.memory ? context.bank : null
  const sampling = samplingOf(recipe.settings, 'arms')
  return collect({
    run: context.run,
    round: context.round,
    arm: how.arm,
    policy: { model: arm.model.id, bank: bank ? how.bankTag : null },
    groups: groups.map((tasks) => ({ tasks: [...tasks], samples: how.temperature === undefined ? recipe.settings.evalSamples : 1 })),
    seed,
    solver: recipe.solver,
    sampling: how.temperature === undefined ? sampling : { ...sampling, temperature: how.temperature },
    mayGrade: false,
    grade: graderOf(recipe),
    ...offersOf(recipe),
    show: showMemories(recipe, bank, { seed, holdout: false, evaluation: true }),
    open: () => context.open(arm.model),
    file: how.file,
    chunk: recipe.settings.chunk,
    label: `${how.arm === 'retest' ? 'retest ' : ''}${arm.role} ${arm.memory ? 'memory on' : 'memory off'}`,
    signal: context.signal,
  })
}
