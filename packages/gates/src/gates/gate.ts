import type { Decision, Evaluation, Gate, GateRequest, Look } from '@whetstone/core'
import { plugin } from '@whetstone/core'
import { comparePairs, levelOfLook, type Paired } from '@whetstone/statistics'
import { choosePairs, splitByMemory } from '../choose-pairs.ts'
import { gatePairs } from '../gate-pairs.ts'
import { explainDecision } from '../gate-reason.ts'
import { GateSettings } from '../gate-settings.ts'
import { guardLevels } from '../guard-levels.ts'
import { judgeBank } from '../judge-bank.ts'
import { bettingTest, stopEarly } from '../stop-early.ts'

/** Above this share of tasks that only one arm has an outcome for, the arms are not comparable. */
const unpairedLimit = 0.05

/**
 * The gate. What is served is a pair (model, bank), and only pairs that were measured are.
 *
 * - Bank first: {@link judgeBank}. Then the candidate against the incumbent, both with the bank that survived and the memory setting that
 *   the recipe deploys, paired by task.
 * - Where: the validation tasks of the frontier levels, named before any validation attempt, since that is where the round trained to gain:
 *   one pooled test. Without a frontier: all levels.
 * - Test: one-sided, `comparePairs`; with `batches` a betting value that may be looked at after each ({@link stopEarly}).
 * - Alpha: over the run. In at most alpha of the runs is ANY candidate promoted that is not better, however many rounds, looks and redos,
 *   on fixed or fresh tasks (`levelOfLook`).
 * - And guards: {@link guardLevels}. A candidate must pass the test and the guards, so neither needs a correction for the other.
 * - Memory on against off, of the model that is deployed after this decision, is told and decides nothing.
 * - Without a candidate nothing is promoted, and the decision compares memory on with off of the incumbent.
 */
export default plugin({
  name: 'gate',
  about: 'promotes only what a paired test shows to be better, with alpha held over the whole run and guards below the frontier',
  settings: GateSettings,
  make(settings): Gate {
    const { alpha, over, batches, worth } = settings
    const level = (looks: readonly Look[]) =>
      levelOfLook(
        over,
        alpha,
        looks.map((look) => ({ alpha: look.alpha, promoted: look.promoted && !look.withdrawn })),
      )
    return {
      name: 'gate',
      level,
      judgeBank: (request) => judgeBank(request, settings),
      decide: (request) => decide({ ...request, evaluations: validation(request.evaluations) }, settings, level(request.looks)),
      early:
        batches === null
          ? undefined
          : {
              batches,
              stop: ({ looks, ...request }) =>
                stopEarly(choosePairs({ ...request, evaluations: validation(request.evaluations) }).pairs, { alpha: level(looks), worth }),
            },
    }
  },
})

const validation = (arms: readonly Evaluation[]) => arms.filter(({ split }) => split === 'validation')

function decide(request: GateRequest, settings: GateSettings, alpha: number): Decision {
  const { evaluations: arms, seed } = request
  const compared = choosePairs(request)
  const { nonInferiority, guard } = compared.kind === 'candidate' ? guardLevels(request, settings) : { nonInferiority: [], guard: null }
  const figures = compare(compared.pairs, { alpha, seed, early: settings.batches !== null && compared.kind === 'candidate' })
  // a candidate that was stopped early has fewer tasks than the incumbent by design
  const comparable = request.stopped !== null || compared.unpaired <= unpairedLimit * (compared.pairs.length + compared.unpaired)
  const better = figures.n > 0 && figures.pValue <= alpha
  const safe = guard?.passed !== false && nonInferiority.every(({ passed }) => passed)
  const promoted = compared.kind === 'candidate' && comparable && better && safe
  const decision: Decision = {
    promoted,
    reason: '',
    alpha,
    arm: compared.arm,
    ...figures,
    nonInferiority,
    guard,
    memory: compareMemory(arms, promoted ? 'candidate' : 'incumbent', { seed, kept: request.bank?.kept ?? true }),
    look: request.looks.length + 1,
    rule: settings.over,
    levels: [...request.frontier],
    bank: request.bank,
    stopped: request.stopped,
  }
  return { ...decision, reason: explainDecision(decision, { ...compared, comparable }) }
}

/** The figures of one one-sided comparison, under the names that a Decision has for them. */
function compare(pairs: readonly Paired[], { early, ...options }: { alpha: number; seed: number; early: boolean }) {
  const found = comparePairs(pairs, options)
  const { test, greater, low, high } = early ? bettingTest(pairs) : found
  return {
    test: found.n === 0 ? 'none' : `${test}, one-sided`,
    n: found.n,
    clusters: found.clusters,
    incumbentRate: found.controlRate,
    candidateRate: found.treatmentRate,
    difference: found.difference,
    ci: [low, high] as [number, number],
    pValue: greater,
    wins: found.wins,
    losses: found.losses,
    minimumDetectableEffect: found.minimumDetectableEffect,
  }
}

/** Memory on against off, same model; null where the recipe has no two memory arms. `pValue` asks whether the bank helps. */
function compareMemory(
  arms: readonly Evaluation[],
  model: Evaluation['model'],
  { seed, kept }: { seed: number; kept: boolean },
): Decision['memory'] {
  const { on, off } = splitByMemory(arms, model)
  const { pairs } = gatePairs(off, on)
  if (pairs.length === 0) return null
  const { greater, difference, low, high } = comparePairs(pairs, { seed })
  return { difference, ci: [low, high], pValue: greater, n: pairs.length, keepBank: kept }
}
