/**
 * `climb`: sums up to `top` digits, the newest length most. `settle`: the same at smaller steps, all lengths sure. `taste`: a few rows of
 * 5 digits among them, for weights that carry nothing over to 5 digits by themselves.
 */
export type Lesson = { number: number; phase: 'climb' | 'settle' | 'taste'; top: number; steps: number; learningRate: number }
/** A lesson that was taken, and what the model could do after it. */
export type Taken = Lesson & { model: string; rows: number; tasted: number; tokens: number; loss: number; accuracy: Record<string, number> }

/**
 * Held-out accuracy at 5 digits which the seed model is to have: half solved, so that a round has traces to harvest and something to gain.
 */
export const target = 0.5
const tolerance = 0.02
const top = 4
/** Accuracy at which a length counts as learned, and the next begins. */
const learned = 0.9
const settleRates = [6e-4, 5e-4, 4e-4, 3e-4, 2e-4, 1e-4]
const mostLessons = 60

const share = (taken: Taken | undefined, group: string) => taken?.accuracy[group] ?? 0

/**
 * The next lesson: climb to 4 digits, settle, then go on in small steps until 5 digits are half solved; null when that is so, or when it
 * takes too long.
 */
export function nextLesson(taken: readonly Taken[]): Lesson | null {
  const last = taken.at(-1)
  const number = taken.length + 1
  if (number > mostLessons || (last && isSeed(taken))) return null
  const settled = taken.filter(({ phase }) => phase === 'settle').length
  const reached = last === undefined ? 2 : share(last, `addition ${last.top}`) >= learned ? last.top + 1 : last.top
  if (settled === 0 && reached <= top) return { number, phase: 'climb', top: reached, steps: 500, learningRate: 1e-3 }
  const rate = settleRates[settled]
  if (rate !== undefined) return { number, phase: 'settle', top, steps: 250, learningRate: rate }
  return { number, phase: share(last, 'addition 5') < target ? 'taste' : 'settle', top, steps: 100, learningRate: 2e-4 }
}

/** Whether the last lesson left what is looked for: settled, 2 to 4 digits and right lines solved, 5 digits half solved. */
export function isSeed(taken: readonly Taken[]): boolean {
  const last = taken.at(-1)
  const surely = ['addition 2', 'addition 3', 'addition 4', 'operators right'].every((group) => share(last, group) >= 0.99)
  const settled = taken.filter(({ phase }) => phase === 'settle').length >= settleRates.length
  return settled && surely && Math.abs(share(last, 'addition 5') - target) <= tolerance
}
