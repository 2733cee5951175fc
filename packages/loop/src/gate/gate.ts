import type { Decision, Evaluation, Gate, GateRequest } from '@whetstone/core'
import { comparePairs, spendAlpha, type Paired } from '@whetstone/statistics'
import { judgeLevels } from './gate-levels.ts'
import { explainDecision } from './gate-reason.ts'
import { gatePairs } from './gate-pairs.ts'

export type GateOptions = {
  /** One-sided level; see {@link gate} for what it bounds. */
  alpha?: number
  /** How much a solved level may lose, a fraction. */
  margin?: number
}

/** Above this share of tasks that only one arm has an outcome for, the arms are not comparable. */
const unpairedLimit = 0.05

/**
 * Makes the gate: candidate against incumbent, both with the memory setting that the recipe deploys, paired by task.
 *
 * - Where: the validation tasks of the frontier level, since that is where the round trained to gain; levels already solved have no room
 *   above them and would only dilute the test, so they are guarded by non-inferiority instead. The frontier comes from train traces, so
 *   nothing is selected by what is tested. Without a frontier: all validation levels pooled.
 * - Test: one-sided; exact McNemar on one attempt a task, sign-flip permutation on per-task means or over clusters otherwise
 *   (`comparePairs`).
 * - And on each solved level the one-sided 95% lower bound of the paired difference must stay above -margin; a solved
 *   level that was not evaluated fails.
 * - What alpha bounds: on a fixed validation set round k spends 6 alpha / (pi² k²), so that the chance of any false promotion in the whole
 *   run, however long, is at most alpha. Where each round draws fresh tasks every decision has the full alpha: looks at independent samples
 *   do not add up on one set, each decision errs with chance at most alpha whatever came before, and K rounds promote K alpha worthless
 *   candidates at most on average.
 * - Memory on against off, same model (the one deployed after this decision), on all validation levels: the bank is rolled back when it is
 *   shown to hurt at alpha.
 * - Without a candidate nothing is promoted, and the decision compares memory on with off of the incumbent.
 */
export function gate({ alpha = 0.025, margin = 0.03 }: GateOptions = {}): Gate {
  return (request) => {
    const spent = request.fresh ? alpha : spendAlpha(alpha, request.round)
    const arms = request.evaluations.filter((evaluation) => evaluation.split === 'validation')
    const compared = choosePairs(arms, request)
    const nonInferiority = compared.kind === 'candidate' ? judgeLevels(arms, request, margin) : []
    const figures = compare(compared.pairs, { alpha: spent, seed: request.seed })
    const comparable = compared.unpaired <= unpairedLimit * (compared.pairs.length + compared.unpaired)
    const better = figures.n > 0 && figures.pValue <= spent
    const promoted = compared.kind === 'candidate' && comparable && better && nonInferiority.every((level) => level.passed)
    const memory = judgeMemory(arms, promoted ? 'candidate' : 'incumbent', { alpha: spent, seed: request.seed })
    const decision: Decision = { promoted, reason: '', alpha: spent, arm: compared.arm, ...figures, nonInferiority, memory }
    return { ...decision, reason: explainDecision(decision, { ...compared, comparable }) }
  }
}

type Compared = { kind: 'candidate' | 'memory' | 'none'; arm: string; where: string; pairs: Paired[]; unpaired: number }

/** Which two arms the decision rests on, and on which tasks. */
function choosePairs(arms: readonly Evaluation[], { frontier, memory }: GateRequest): Compared {
  const setting = `memory ${memory ? 'on' : 'off'}`
  const candidate = arms.filter((arm) => arm.model === 'candidate' && arm.memory === memory)
  if (arms.some((arm) => arm.model === 'candidate')) {
    const incumbent = arms.filter((arm) => arm.model === 'incumbent' && arm.memory === memory)
    const at = (arm: Evaluation) => frontier === null || (arm.taskset === frontier.taskset && arm.level === frontier.level)
    const where = frontier === null ? 'all levels' : `${frontier.taskset} level ${frontier.level}`
    return { kind: 'candidate', arm: `candidate vs incumbent, ${setting}`, where, ...gatePairs(incumbent.filter(at), candidate.filter(at)) }
  }
  const { on, off } = splitByMemory(arms, 'incumbent')
  if (on.length > 0 && off.length > 0) return { kind: 'memory', arm: 'memory on vs off', where: 'all levels', ...gatePairs(off, on) }
  return { kind: 'none', arm: 'none', where: 'nowhere', pairs: [], unpaired: 0 }
}

function splitByMemory(arms: readonly Evaluation[], model: Evaluation['model']) {
  const own = arms.filter((arm) => arm.model === model)
  return { on: own.filter((arm) => arm.memory), off: own.filter((arm) => !arm.memory) }
}

/** The figures of one one-sided comparison, under the names that a Decision has for them. */
function compare(pairs: readonly Paired[], options: { alpha: number; seed: number }) {
  const { n, clusters, controlRate, treatmentRate, difference, low, high, wins, losses, test, greater, minimumDetectableEffect } =
    comparePairs(pairs, options)
  return {
    test: n === 0 ? 'none' : `${test}, one-sided`,
    n,
    clusters,
    incumbentRate: controlRate,
    candidateRate: treatmentRate,
    difference,
    ci: [low, high] as [number, number],
    pValue: greater,
    wins,
    losses,
    minimumDetectableEffect,
  }
}

/**
 * Memory on against off, same model; null where the recipe has no two memory arms. `pValue` asks whether the bank helps; the bank stays
 * unless it is shown to hurt.
 */
function judgeMemory(
  arms: readonly Evaluation[],
  model: Evaluation['model'],
  { alpha, seed }: { alpha: number; seed: number },
): Decision['memory'] {
  const { on, off } = splitByMemory(arms, model)
  const { pairs } = gatePairs(off, on)
  if (pairs.length === 0) return null
  const { greater, less, difference, low, high } = comparePairs(pairs, { seed })
  return { difference, ci: [low, high], pValue: greater, n: pairs.length, keepBank: less > alpha }
}
