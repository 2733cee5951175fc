import type { Attempt } from '@whetstone/core'
import { deriveSeed } from '@whetstone/core'
import { looksBefore } from '@whetstone/runs'
import { minimumDetectableEffect } from '@whetstone/statistics'
import type { Plan } from '@whetstone/runs'
import { checkReadable } from '@whetstone/attempts/check-readable.ts'
import { countTasks, foundTasks } from '@whetstone/attempts/count-tasks.ts'
import { sayShort } from '@whetstone/attempts/say-short.ts'
import { countArms } from '@whetstone/attempts/attempt-arms.ts'
import { foreseeRound } from './foresee-round.ts'
import { secondsEach, showPlan } from '@whetstone/attempts/show-plan.ts'
import { lengthOf, longestTask } from '@whetstone/attempts/longest-task.ts'
import { warnOfPower } from '@whetstone/gates/power.ts'
import { describeRecipe } from '@whetstone/recipe/describe-recipe.ts'
import { offersOf, samplingOf } from '@whetstone/recipe/recipe.ts'
import { probeJudges } from '@whetstone/attempts/probe-judges.ts'
import type { RoundContext } from '@whetstone/attempts/round-context.ts'

/** A guess at the share of tasks on which two arms differ, before anything is known: about what a candidate that gains 20 points shows. */
const assumedDiscordance = 0.3
const probeSeconds = 10
const probeAttempts = 256

/** Before a round: how much work it is, how long the sampling will take by a probe of at most ten seconds, and what gain its gate could detect. Printed on stderr. */
export async function planRound(context: RoundContext): Promise<Plan> {
  const { recipe, incumbent, round } = context
  // a teacher at an endpoint reads for itself
  const unread = context.teacher ? null : await checkReadable(recipe, incumbent.model, context)
  if (unread) process.stderr.write(`warning: ${unread}\n`)
  const { train, validation, tested, watch, stock } = await countTasks(context)
  // a bank without memories shows none: its arm is the one without
  const arms = countArms(context) - (context.bank && (await context.bank.size()) === 0 ? 1 : 0)
  const { longest, ...probe } = await runProbe(context)
  const tasks = await foundTasks(recipe)
  const judged = await probeJudges(context)
  const alpha = recipe.gate.level(looksBefore(context.run, round))
  const samplingSeconds = (train + validation * arms * recipe.settings.evalSamples) * secondsEach(probe)
  const described = describeRecipe(recipe)
  const { epochs } = ((described['trainer'] as { settings?: { epochs?: number } } | null)?.settings ?? {}) as { epochs?: number }
  const replayed = /^replay ([\d.]+)/.exec(recipe.harvest.find(({ name }) => name.startsWith('replay'))?.name ?? '')?.[1]
  const foreseen = await foreseeRound({
    run: context.run,
    recipe: recipe.name,
    model: incumbent.model,
    trainer: recipe.trainer !== null && incumbent.model.path !== null ? { epochs: epochs ?? 1 } : null,
    replay: Number(replayed ?? 0),
    right: recipe.harvest.some(({ name }) => name.startsWith('passed')),
    train,
    arms: validation * arms * recipe.settings.evalSamples,
    watch,
    probe,
  })
  const short = sayShort(stock, { tested, alpha, discordance: assumedDiscordance })
  const plan: Plan = {
    train,
    arms,
    validation,
    probe,
    samplingSeconds,
    foreseen,
    judged: judged.length > 0 ? judged : undefined,
    tasks,
    longest,
    stock: stock.length > 0 ? stock : undefined,
    minimumDetectableEffect: minimumDetectableEffect({ n: tested, discordance: assumedDiscordance, alpha }),
  }
  process.stderr.write(`${showPlan(plan, { run: context.run, round, trains: recipe.trainer !== null, short })}\n`)
  const warning = warnOfPower({ n: tested, discordance: assumedDiscordance, alpha, sought: 0.1 })
  if (warning) process.stderr.write(`${warning}\n`)
  return plan
}

/** Attempts at train tasks for at most ten seconds; what they answer is thrown away. The longest question is among them. */
async function runProbe(context: RoundContext): Promise<Plan['probe'] & { longest?: Plan['longest'] }> {
  const { recipe, seed, round } = context
  const course = recipe.courses.find(({ levels }) => levels) ?? recipe.courses[0]
  if (!course) return { attempts: 0, seconds: 0, tokens: 0 }
  const tasks = await course.taskset.load({
    split: 'train',
    seed: deriveSeed(seed, 'probe'),
    round,
    limit: probeAttempts,
    levels: course.levels ? [course.levels.frontier] : undefined,
  })
  const attempts: Attempt[] = tasks.map((task) => ({
    id: task.id,
    task,
    sample: 0,
    seed: deriveSeed(seed, 'probe', task.id),
    system: course.taskset.instruction ?? null,
  }))
  const longest = await longestTask(context)
  if (longest) attempts.unshift(longest)
  let length: Plan['longest']
  const limit = AbortSignal.timeout(probeSeconds * 1000)
  const signal = AbortSignal.any([context.signal, limit])
  const done = { attempts: 0, seconds: 0, tokens: 0, promptTokens: 0, underway: 0 }
  const model = await (context.teacher?.open() ?? context.models.open('incumbent', context.incumbent.model))
  const started = performance.now()
  try {
    for await (const result of recipe.solver.solve(attempts, model, {
      sampling: samplingOf(recipe, 'train'),
      verify: offersOf(recipe).verify,
      budget: recipe.settings.budget,
      teachers: context.models.teachers(context.incumbent.model),
      signal,
    })) {
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
  return length ? { ...done, longest: length } : done
}
