import type { Attempt, SolveOptions } from '@whetstone/core'
import { deriveSeed } from '@whetstone/core'
import { solverOptions } from '@whetstone/evaluation'
import type { Plan } from '@whetstone/runs'
import { attemptPolicy } from '@whetstone/recipe/attempt-policy.ts'
import { lengthOf, longestTask } from './longest-task.ts'
import type { RoundContext } from './round-context.ts'

const probeSeconds = 10
const probeAttempts = 256
/** Where the solver asks roles: what these say costs tokens, perhaps money, and is thrown away. */
const askingAttempts = 64

type Probe = Plan['probe'] & { longest?: Plan['longest'] }

/**
 * Attempts at train tasks, as the round will make them, for at most ten seconds; what they answer is thrown away. The longest question is among
 * them. A solver that looked at grades does less where it sees none, as in the arms: that is tried too, for half as long.
 */
export async function probeRound(context: RoundContext): Promise<Probe> {
  const { recipe, seed, round } = context
  const course = recipe.courses.find(({ levels }) => levels) ?? recipe.courses[0]
  if (!course) return { attempts: 0, seconds: 0, tokens: 0 }
  const tasks = await course.taskset.load({
    split: 'train',
    seed: deriveSeed(seed, 'probe'),
    round,
    limit: (recipe.solver.roles ?? []).length > 0 ? askingAttempts : probeAttempts,
    levels: course.levels ? [course.levels.frontier] : undefined,
  })
  const attempts: Attempt[] = tasks.map((task) => ({
    id: task.id,
    task,
    sample: 0,
    seed: deriveSeed(seed, 'probe', task.id),
    system: course.taskset.instruction ?? null,
  }))
  const { looked, ...probe } = await tryAttempts(context, attempts, { train: true, seconds: probeSeconds })
  if (!looked) return probe
  const { attempts: count, seconds, tokens, underway } = await tryAttempts(context, attempts, { train: false, seconds: probeSeconds / 2 })
  return { ...probe, ungraded: { attempts: count, seconds, tokens, underway } }
}

async function tryAttempts(context: RoundContext, given: readonly Attempt[], how: { train: boolean; seconds: number }) {
  const { recipe, models, incumbent } = context
  const longest = how.train ? await longestTask(context) : null
  const attempts = longest ? [longest, ...given] : given
  const limit = AbortSignal.timeout(how.seconds * 1000)
  const signal = AbortSignal.any([context.signal, limit])
  const policy = attemptPolicy(recipe, models, { role: 'incumbent', model: incumbent.model, train: how.train })
  const options = solverOptions(
    { ...policy, judge: policy.teachers?.['judge'], signal },
    new Map(attempts.map(({ task }) => [task.id, task])),
    ({ id }) => deriveSeed(context.seed, 'probe', id),
  )
  const noted = noteLooks(options)
  let length: Plan['longest']
  const done = { attempts: 0, seconds: 0, tokens: 0, promptTokens: 0, underway: 0 }
  const model = await ((how.train ? context.teacher?.open() : undefined) ?? policy.open())
  const started = performance.now()
  try {
    // References never reach a solver.
    const shown = attempts.map((attempt) => ({ ...attempt, task: { ...attempt.task, reference: '' } }))
    for await (const result of recipe.solver.solve(shown, model, noted.options)) {
      if ('fault' in result) continue
      if (result.attempt.id === longest?.id) length = lengthOf(result, recipe.settings.context)
      done.attempts++
      done.tokens += result.tokens.completion
      done.promptTokens += result.tokens.prompt
    }
  } catch (error) {
    if (!limit.aborted || context.signal.aborted) throw error
    done.underway = Math.min(recipe.settings.concurrency, attempts.length - done.attempts)
  } finally {
    done.seconds = (performance.now() - started) / 1000
    await model[Symbol.asyncDispose]()
  }
  return { ...done, looked: noted.looked(), longest: length }
}

/** Whether a solver goes by what it may see in train attempts alone. */
function noteLooks(options: SolveOptions): { options: SolveOptions; looked: () => boolean } {
  let looked = false
  const noting = <A extends unknown[], R>(ask: ((...given: A) => R) | undefined) =>
    ask &&
    ((...given: A) => {
      looked = true
      return ask(...given)
    })
  return { options: { ...options, grade: noting(options.grade), hint: noting(options.hint) }, looked: () => looked }
}
