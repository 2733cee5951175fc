import type { Outcome, Vitals } from '@whetstone/core'
import { points, rate, showP } from '@whetstone/core'
import { holm, pairedTest, pairOutcomes, summarizePairs } from '@whetstone/statistics'

/** Outcomes of the probe's tasks on one level. */
export type ProbeLevel = { taskset: string; level: number; outcomes: readonly Outcome[] }
/** A round's probe: what was served, figures and outcomes; round 0 is the model that the run began with. */
export type Probe = { round: number; vitals: Vitals; levels: readonly ProbeLevel[] }

/** A regression is established where chance alone makes it in one of a thousand (Holm over levels and marks) and it costs this much. */
const established = { alpha: 0.001, points: 0.05 }

/**
 * What the probe says against those of earlier rounds, in words. Warnings are hints; the regression is a paired test on the same tasks, each
 * level, each task set and all of them against the run's best round on it, strict enough to stop a run: twenty rounds and ten levels of a healthy
 * run raise it in under one run in fifty.
 */
export function watch(now: Probe, before: readonly Probe[], { seed }: { seed: number }): { warnings: string[]; regression: string | null } {
  const first = before[0]
  if (!first) return { warnings: [], regression: null }
  return { warnings: [...warnOf(now.vitals, first)], regression: findRegression(now, before, seed) }
}

function findRegression(now: Probe, before: readonly Probe[], seed: number): string | null {
  const tasksets = new Set(now.levels.map(({ taskset }) => taskset))
  // a bank that brings one task set up would hide in the sum that another has fallen
  const several = [...tasksets].filter((taskset) => tasksets.size > 1 && now.levels.filter((level) => level.taskset === taskset).length > 1)
  const names = [
    ...now.levels.map(({ taskset, level }) => `${taskset} level ${level}`),
    ...several.map((taskset) => `all levels of ${taskset}`),
    'all levels',
  ]
  const compared = names.flatMap((name) => {
    const own = outcomesOf(now, name)
    const marks = before
      .map((probe) => ({ round: probe.round, outcomes: outcomesOf(probe, name) }))
      .filter(({ outcomes }) => outcomes.length > 0)
    const best = marks.reduce<(typeof marks)[number] | null>(
      (top, mark) => (top && passRate(top.outcomes) >= passRate(mark.outcomes) ? top : mark),
      null,
    )
    if (!best) return []
    const { pairs } = pairOutcomes(best.outcomes, own)
    const { controlRate, treatmentRate, difference } = summarizePairs(pairs)
    // the best of several marks is the luckiest: its p-value answers for all of them
    return [
      { name, since: best.round, controlRate, treatmentRate, difference, p: Math.min(1, pairedTest(pairs, { seed }).less * marks.length) },
    ]
  })
  const adjusted = holm(compared.map(({ p }) => p))
  const fallen = compared
    .map((each, i) => ({ ...each, p: adjusted[i] as number }))
    .filter(({ p, difference }) => p <= established.alpha && difference <= -established.points)
  return fallen.length === 0
    ? null
    : fallen
        .map(
          ({ name, controlRate, treatmentRate, difference, since, p }) =>
            `${name} fell from ${rate(controlRate)} ${since === 0 ? 'at the start' : `after round ${since}`} to ${rate(treatmentRate)} (${points(difference)} points, p = ${showP(p)})`,
        )
        .join('; ')
}

/** A level's outcomes, or those of all levels (of a task set) with their names told apart. */
function outcomesOf({ levels }: Probe, name: string): Outcome[] {
  return levels.flatMap(({ taskset, level, outcomes }) => {
    const own = `${taskset} level ${level}`
    if (name !== 'all levels' && name !== `all levels of ${taskset}` && name !== own) return []
    return outcomes.map((outcome) => ({ ...outcome, task: `${own} ${outcome.task}`, cluster: `${own} ${outcome.cluster}` }))
  })
}

const passRate = (outcomes: readonly Outcome[]) =>
  outcomes.reduce((sum, { passed, attempts }) => sum + passed / Math.max(1, attempts), 0) / Math.max(1, outcomes.length)

/** Signs of collapse that are no test: what changed out of proportion since the run's first probe. */
function* warnOf(now: Vitals, { vitals: first, round }: Probe): Generator<string> {
  const since = round === 0 ? 'at the start' : `after round ${round}`
  if (now.passK !== null && first.passK !== null && now.passK < first.passK - 0.05 && now.pass1 >= first.pass1)
    yield `pass@${now.k} fell from ${rate(first.passK)} ${since} to ${rate(now.passK)} while pass@1 did not: the model gets surer, not better`
  if (first.distinct >= 1.5 && now.distinct < first.distinct / 2)
    yield `distinct right answers a task fell from ${first.distinct.toFixed(1)} ${since} to ${now.distinct.toFixed(1)}`
  if (first.entropy !== null && now.entropy !== null && now.entropy < first.entropy / 2)
    yield `entropy fell from ${first.entropy.toFixed(2)} nats a token ${since} to ${now.entropy.toFixed(2)}`
  const drift = now.length / Math.max(1, first.length)
  if (drift > 1.5 || drift < 0.5) yield `answers are ${drift.toFixed(1)} times as long as ${since}`
  if (now.repeated > 0.2 && now.repeated > 2 * first.repeated)
    yield `${rate(now.repeated)} of an answer repeats itself, ${rate(first.repeated)} ${since}`
  if (now.truncated > 0.05 && now.truncated > 2 * first.truncated)
    yield `${rate(now.truncated)} of the answers are cut off, ${rate(first.truncated)} ${since}`
}
