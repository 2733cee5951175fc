import { holm } from '@whetstone/statistics'
import { levelName, type Decision, type Round } from '@whetstone/core'
import { readRounds } from './read-rounds.ts'
import { readServed } from './read-round.ts'
import { compareTwo, type Comparison } from './compare-sets.ts'

export type RoundsCompared = {
  run: string
  recipe: string
  rounds: {
    round: number
    frontier: string | null
    promoted: boolean
    arm: string
    n: number
    incumbentRate: number
    candidateRate: number
    difference: number
    ci: [number, number]
    pValue: number
    alpha: number
    /** Holm over the rounds of this table: an after-the-fact view; each round was gated at its own alpha. */
    pHolm: number
    minimumDetectableEffect: number
    bankSize: number
    harvested: number
    seconds: number
    nonInferiority: Decision['nonInferiority']
  }[]
  /** Pass rate of what is served after each round, by taskset and level: null where a round did not evaluate it. */
  served: { group: string; rates: (number | null)[] }[]
  /** What is served after the last round against what was served after the first. */
  firstToLast: Comparison | null
}

/** The rounds of one run, side by side. */
export async function compareRounds(run: string, options: { seed: number }): Promise<RoundsCompared> {
  const found = readRounds(run)
  const adjusted = holm(found.map(({ decision }) => decision.pValue))
  const rounds = found.map((round, index) => summarizeRound(round, adjusted[index] ?? 1))
  const rates = found.map(servedRates)
  const groups = [...new Set(rates.flatMap((of) => [...of.keys()]))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const served = groups.map((group) => ({ group, rates: rates.map((of) => of.get(group) ?? null) }))
  const [first, last] = [found[0], found.at(-1)]
  const firstToLast = first && last && first !== last ? compareTwo(await readServed(first), await readServed(last), options) : null
  return { run, recipe: found.at(-1)?.recipe ?? '', rounds, served, firstToLast }
}

function summarizeRound({ round, frontier, decision, bank, harvest, cost }: Round, pHolm: number): RoundsCompared['rounds'][number] {
  const { promoted, arm, n, incumbentRate, candidateRate, difference, ci, pValue, alpha, minimumDetectableEffect, nonInferiority } =
    decision
  const at = frontier && `${frontier.taskset} level ${frontier.level}`
  return {
    round,
    frontier: at,
    promoted,
    arm,
    n,
    incumbentRate,
    candidateRate,
    difference,
    ci,
    pValue,
    alpha,
    pHolm,
    minimumDetectableEffect,
    bankSize: bank.size,
    harvested: harvest.kept,
    seconds: cost.seconds,
    nonInferiority,
  }
}

function servedRates(round: Round): Map<string, number> {
  const { served } = round
  return new Map(
    round.evaluations
      .filter((evaluation) => evaluation.model === served.role && evaluation.memory === served.memory)
      .map(({ taskset, level, passRate }) => {
        const name = levelName({ taskset, level }, round)
        return [name === undefined ? `${taskset} level ${level}` : `${taskset} ${name}`, passRate]
      }),
  )
}
