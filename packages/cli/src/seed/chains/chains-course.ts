import type { ChainsAccuracies } from './measure-chains.ts'
import type { Levels, Share } from './chains-rows.ts'
import { summaryLevels } from './chains-rows.ts'

/** `steps`: chains of few operations alone. `modes`: all that the model is asked, at three operations mostly. `top`: four operations made sure. */
export type ChainsLesson = {
  number: number
  phase: 'steps' | 'modes' | 'top'
  rows: number
  learningRate: number
  shares: readonly Share[]
}
export type ChainsTaken = Omit<ChainsLesson, 'shares'> & { levels: Levels; loss: number; seconds: number; accuracy: ChainsAccuracies }

const manyRows = 24_000
/** Five operations come suddenly once four are sure: small steps, so that they are stopped half-way. */
const fewRows = 6_000
const mostLessons = 30
const fewestModes = 4
const low: Levels = { 1: 1, 2: 1, 3: 1 }
const upToFour: Levels = { 1: 1, 2: 1, 3: 2, 4: 2 }

/** Everything at once. Long problems are only begun (pieces) and shortened (summaries), so that five operations are not learned by the way. */
const everything = (direct: Levels): Share[] => [
  { mode: 'direct', share: 28, levels: direct },
  { mode: 'key right', share: 8, levels: low },
  { mode: 'key none', share: 3, levels: low },
  { mode: 'key wrong', share: 6, levels: low },
  { mode: 'hint', share: 4, levels: upToFour },
  // What it will revise are its own errors, which come one level further.
  { mode: 'revise', share: 15, levels: { ...upToFour, 5: 1 } },
  { mode: 'critique', share: 10, levels: upToFour },
  { mode: 'verdict', share: 6, levels: upToFour },
  { mode: 'piece', share: 10, levels: summaryLevels },
  { mode: 'summary', share: 12, levels: summaryLevels },
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
  revise: [0.9, 1],
  summary: [0.95, 1],
  piece: [0.95, 1],
}
export const missed = (accuracy: ChainsAccuracies): string[] =>
  Object.entries(chainsGoals).flatMap(([group, [least, most]]) => {
    const share = accuracy[group] ?? NaN
    return share >= least && share <= most ? [] : [group]
  })

/** The next lesson, by what the last one left; null when all goals are met, or when it takes too long. */
export function nextChainsLesson(taken: readonly ChainsTaken[]): ChainsLesson | null {
  const number = taken.length + 1
  const last = taken.at(-1)
  const lesson = (phase: ChainsLesson['phase'], learningRate: number, shares: Share[]) => ({
    ...{ number, phase, learningRate, shares },
    rows: phase === 'top' ? fewRows : manyRows,
  })
  if (number === 1) return lesson('steps', 2e-3, only({ 1: 1, 2: 1 }))
  if (number === 2) return lesson('steps', 1e-3, only({ 1: 1, 2: 1, 3: 2 }))
  const accuracy = last?.accuracy ?? {}
  const share = (group: string) => accuracy[group] ?? 0
  const modes = taken.filter(({ phase }) => phase === 'modes').length
  const isReady = modes >= fewestModes && share('summary') >= 0.9 && share('revise') >= 0.9 && share('key right') >= 0.95
  const top = taken.filter(({ phase }) => phase === 'top').length
  if (top === 0 && !isReady && number <= mostLessons) return lesson('modes', 1e-3, everything({ 0: 0.3, 1: 1, 2: 1, 3: 3, 4: 0.4 }))
  if (number > mostLessons || (top > 0 && missed(accuracy).length === 0)) return null
  // Four operations bring five with them: how many of them there are steers both.
  const [four, five] = [share('direct 4'), share('direct 5')]
  const weight = five > 0.65 ? 0.3 : four < 0.99 || five < 0.25 ? 3 : 1
  return lesson('top', 3e-4, everything({ 0: 0.3, 1: 1, 2: 1, 3: 2, 4: weight, 5: five < 0.15 && four > 0.98 ? 0.1 : 0 }))
}
