import type { ChainsAccuracies } from './measure-chains.ts'
import type { Levels, Share } from './chains-rows.ts'
import { summaryLevels } from './chains-rows.ts'

/** `steps`: chains of few operations alone. `modes`: all that the model is asked, at three operations mostly. `last`: the same in smaller steps, until all goals are met. */
export type ChainsLesson = {
  number: number
  phase: 'steps' | 'modes' | 'last'
  rows: number
  learningRate: number
  shares: readonly Share[]
}
export type ChainsTaken = Omit<ChainsLesson, 'shares'> & {
  levels: Levels
  loss: number
  seconds: number
  accuracy: ChainsAccuracies
  /** What the weights before the lesson count in those that are kept; absent where they are the lesson's own. */
  mixed?: number | undefined
}

const manyRows = 24_000
/** Five operations come and go by the way; smaller steps change them less. */
const fewRows = 12_000
const mostLessons = 30
const fewestModes = 4
const low: Levels = { 1: 1, 2: 1, 3: 1 }
const upToFour: Levels = { 1: 1, 2: 1, 3: 2, 4: 2 }
/** Longer problems are harder to copy. */
const longer: Levels = Object.fromEntries(Object.keys(summaryLevels).map((level) => [level, Number(level)]))
const upToFive: Levels = { ...upToFour, 5: 1 }

/** Everything at once. Long problems are only begun (pieces) and shortened (summaries), so that five operations are not learned by the way. */
const everything = (direct: Levels, criticized: Levels, revised: Levels): Share[] => [
  { mode: 'direct', share: 25, levels: direct },
  { mode: 'key right', share: 8, levels: low },
  { mode: 'key none', share: 3, levels: low },
  { mode: 'key wrong', share: 6, levels: low },
  { mode: 'hint', share: 3, levels: upToFour },
  { mode: 'told', share: 5, levels: low },
  // What it will criticize and revise are its own errors, which come one level further.
  { mode: 'revise', share: 15, levels: revised },
  { mode: 'critique', share: 15, levels: criticized },
  { mode: 'verdict', share: 5, levels: upToFour },
  { mode: 'piece', share: 5, levels: summaryLevels },
  { mode: 'summary', share: 14, levels: longer },
]
const only = (levels: Levels): Share[] => [{ mode: 'direct', share: 1, levels }]

/** What the seed model is to be able to do, by held-out questions; five operations half, or there is nothing to gain. */
export const chainsGoals: Readonly<Record<string, readonly [least: number, most: number]>> = {
  ...Object.fromEntries(['direct 1', 'direct 2', 'direct 3', 'direct 4'].map((group) => [group, [0.99, 1]])),
  'direct 5': [0.25, 0.65],
  'direct 6': [0, 0.1],
  'key right': [0.95, 1],
  'key none': [0, 0.45],
  'key wrong': [0, 0.45],
  hint: [0.95, 1],
  told: [0.95, 1],
  revise: [0.9, 1],
  'revise 5': [0.9, 1],
  critique: [0.55, 1],
  summary: [0.95, 1],
  'summary 12': [0.95, 1],
  piece: [0.95, 1],
}
/** What a lesson must leave to be the last: few questions tell a share of a half to four points only. */
const chosenBy: typeof chainsGoals = { ...chainsGoals, critique: [0.6, 1] }
export const missed = (accuracy: ChainsAccuracies, goals = chosenBy): string[] =>
  Object.entries(goals).flatMap(([group, [least, most]]) => {
    const share = accuracy[group] ?? NaN
    return share >= least && share <= most ? [] : [group]
  })

/** Five operations come and go within a lesson while all else stays: where they alone are amiss, some mean of the weights before and after it may half have them. */
export const isWorthMixing = (accuracy: ChainsAccuracies): boolean =>
  missed(accuracy).length > 0 && missed(accuracy).every((group) => group.endsWith(' 5'))
export const mixtures = [0.5, 0.3, 0.7]

/** The next lesson, by what the last one left; null when all goals are met, or when it takes too long. */
export function nextChainsLesson(taken: readonly ChainsTaken[]): ChainsLesson | null {
  const number = taken.length + 1
  const last = taken.at(-1)
  const lesson = (phase: ChainsLesson['phase'], learningRate: number, shares: Share[]) => ({
    ...{ number, phase, learningRate, shares },
    rows: phase === 'last' ? fewRows : manyRows,
  })
  if (number === 1) return lesson('steps', 2e-3, only({ 1: 1, 2: 1 }))
  if (number === 2) return lesson('steps', 1e-3, only({ 1: 1, 2: 1, 3: 2 }))
  const accuracy = last?.accuracy ?? {}
  const share = (group: string) => accuracy[group] ?? 0
  const modes = taken.filter(({ phase }) => phase === 'modes').length
  if (number > mostLessons || (modes >= fewestModes && missed(accuracy).length === 0)) return null
  const direct: Levels = { 0: 0.3, 1: 1, 2: 1, 3: 3, 4: 0.4 }
  const isReady =
    taken.some(({ phase }) => phase === 'last') ||
    (modes >= fewestModes &&
      ['summary', 'summary 12', 'revise', 'key right', 'told'].every((group) => share(group) >= 0.9) &&
      share('revise 5') >= 0.85 &&
      share('critique') >= 0.6)
  if (!isReady) return lesson('modes', 1e-3, everything(direct, modes < 3 ? low : upToFive, upToFive))
  // Critiques and revisions of five operations bring five with them, and so do many of four.
  const five = share('direct 5')
  const [least, most] = chainsGoals['direct 5'] as readonly [number, number]
  if (five > most) return lesson('last', 4e-4, everything({ ...direct, 4: 0.15 }, upToFour, upToFour))
  return lesson('last', 4e-4, everything({ ...direct, 4: share('direct 4') < 0.99 || five < least ? 2 : 0.4 }, upToFive, upToFive))
}
