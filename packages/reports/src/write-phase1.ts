import { join } from 'node:path'
import type { Recalled, Rows, Trace } from '@whetstone/core'
import { duration, writeAtomic, writeJson, points, rate, showP } from '@whetstone/core'
import type { Leak } from '@whetstone/memory'
import { drawCharts } from './draw-charts.ts'
import { renderPng } from './render-chart.ts'
import type { Phase1Summary } from '@whetstone/runs'

/** What phase 1 measured: its summary, every trial by arm, what was recalled and blocked by task id, and the leaks that the audit found. */
export type Phase1Result = {
  folder: string
  summary: Phase1Summary
  arms: readonly { arm: string; recalls: boolean; traces: Rows<Trace> }[]
  recalled: ReadonlyMap<string, Recalled>
  leaks: readonly Leak[]
}

/** Writes phase1_results.json (every trial), phase1_summary.json and phase1_accuracy.png. */
export async function writePhase1({ folder, summary, arms, recalled, leaks }: Phase1Result): Promise<void> {
  const trials: unknown[] = []
  for (const { arm, recalls, traces } of arms)
    for await (const { id, task, cluster, level, sample, seed, memories, messages, grade, finish, tokens, seconds } of traces)
      trials.push({
        arm,
        task,
        cluster,
        level,
        sample,
        seed,
        passed: grade.passed,
        reward: grade.reward,
        reason: grade.reason,
        answer: messages.findLast(({ role }) => role === 'assistant')?.content ?? '',
        memories: memories.shown,
        // What the guard kept from the task; the control and the bare arm recall nothing.
        blocked: recalls ? (recalled.get(task)?.blocked ?? []) : undefined,
        finish,
        tokens,
        seconds,
        trace: id,
      })
  writeJson(join(folder, 'phase1_results.json'), {
    run: summary.run,
    recipe: summary.recipe,
    seed: summary.seed,
    model: summary.model,
    trials,
    leaks,
  })
  for (const { name, spec } of await drawCharts('phase1', summary))
    writeAtomic(join(folder, name === 'phase1' ? 'phase1_accuracy.png' : `${name}.png`), await renderPng(spec))
  // The summary comes last: where it is, the others are.
  writeJson(join(folder, 'phase1_summary.json'), summary)
}

/** Phase 1 on one screen. */
export function showPhase1(summary: Phase1Summary, folder: string): string {
  const { n, clusters, bank, leaks, memoryMinusControl: gain, controlMinusBaseline: idle } = summary
  const interval = ([low, high]: readonly [number, number]) => `[${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`
  const row = (name: string, { accuracy, ci, tokens }: Phase1Summary['memory']) =>
    `  ${name.padEnd(16)}${rate(accuracy).padStart(7)}  ${interval(ci).padEnd(15)}${String(Math.round(tokens.prompt / Math.max(1, n * summary.samples))).padStart(7)} prompt tokens an attempt`
  const verdict = summary.pValue <= 0.025 ? 'memory helps' : 'no evidence that memory helps'
  return [
    '',
    `Phase 1 of ${summary.run} (recipe ${summary.recipe}, seed ${summary.seed}): bank from ${summary.bankFrom}, tested on ${n} tasks of ${summary.testedOn}${clusters < n ? ` in ${clusters} clusters` : ''}, ${duration(summary.seconds)}`,
    row('baseline', summary.baseline),
    row('random memory', summary.control),
    row('memory', summary.memory),
    `  bank            ${bank.size} memories from ${bank.trainAttempts} graded attempts (${bank.trainPassed} passed), ${bank.reachable} reachable by their trace ids`,
    `  bank size       ${summary.bankSizes.map(({ share, size, accuracy }) => `${share} (${size}): ${rate(accuracy)}`).join('  ')}`,
    `  leak guard      ${
      Object.entries(leaks.blocked)
        .map(([rule, count]) => `${count} by ${rule}`)
        .join(', ') || 'nothing blocked'
    }; ${rate(leaks.accuracyWithoutAnswerRule)} without its answer rule; audit: ${leaks.audit} leaks`,
    `  control         ${points(idle.difference)} points from baseline (90% interval ${points(idle.ci90[0])} to ${points(idle.ci90[1])})`,
    `  => ${verdict}: ${points(gain.difference)} points over random memory (95% interval ${points(gain.ci[0])} to ${points(gain.ci[1])}), ${summary.wins} wins, ${summary.losses} losses, p = ${showP(summary.pValue)} (${summary.test})`,
    `  minimum detectable effect ${points(summary.minimumDetectableEffect)} points`,
    `  report          ${folder}`,
  ].join('\n')
}
