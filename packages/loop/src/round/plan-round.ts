import { looksBefore } from '@whetstone/runs'
import { minimumDetectableEffect } from '@whetstone/statistics'
import type { Plan } from '@whetstone/runs'
import { checkReadable } from '@whetstone/attempts/check-readable.ts'
import { countTasks, foundTasks } from '@whetstone/attempts/count-tasks.ts'
import { sayShort } from '@whetstone/attempts/say-short.ts'
import { countArms } from '@whetstone/attempts/attempt-arms.ts'
import { foreseeRound } from './foresee-round.ts'
import { probeRound } from '@whetstone/attempts/probe-round.ts'
import { samplingOfPlan, showPlan } from '@whetstone/attempts/show-plan.ts'
import { warnOfPower } from '@whetstone/gates/power.ts'
import { describeRecipe } from '@whetstone/recipe/describe-recipe.ts'
import { probeJudges } from '@whetstone/attempts/probe-judges.ts'
import type { RoundContext } from '@whetstone/attempts/round-context.ts'

/** A guess at the share of tasks on which two arms differ, before anything is known: about what a candidate that gains 20 points shows. */
const assumedDiscordance = 0.3

/** Before a round: how much work it is, how long the sampling will take by a probe of some seconds, and what gain its gate could detect. Printed on stderr. */
export async function planRound(context: RoundContext): Promise<Plan> {
  const { recipe, incumbent, round } = context
  // a teacher at an endpoint reads for itself
  const unread = context.teacher ? null : await checkReadable(recipe, incumbent.model, context)
  if (unread) process.stderr.write(`warning: ${unread}\n`)
  const { train, validation, tested, watch, stock } = await countTasks(context)
  // a bank without memories shows none: its arm is the one without
  const arms = countArms(context) - (context.bank && (await context.bank.size()) === 0 ? 1 : 0)
  const { longest, ...probe } = await probeRound(context)
  const tasks = await foundTasks(recipe)
  const judged = await probeJudges(context)
  const alpha = recipe.gate.level(looksBefore(context.run, round))
  const samplingSeconds = samplingOfPlan(probe, { train, arms: validation * arms * recipe.settings.evalSamples })
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
