import type { Grade, LoadRequest, Random, Split, Task, Taskset } from '@whetstone/core'
import { deriveSeed, hash, plugin, random } from '@whetstone/core'
import { z } from 'zod'

const about = 'sums of two N-digit numbers in reversed digits, generated; level = digits; no licence needed'

/**
 * Sums of two numbers of N digits, N the level. Operands and sum are written in reverse, least significant digit first, so that each
 * answer digit needs only what is already written (Lee et al. 2023, arXiv 2307.03381; 2025, arXiv 2502.01612): `321+654=` asks for
 * 123+456 and the answer is `975`. Which split a pair belongs to is fixed by its hash, so no seed and no round can move one from training
 * to validation.
 */
export default plugin({
  name: 'addition',
  about,
  settings: z.strictObject({}),
  make: (): Taskset => ({
    name: 'addition',
    levels: { from: 1 },
    fresh: true,
    about,
    async load(request) {
      return (request.levels ?? [1, 2, 3, 4]).flatMap((level) => drawLevel(request, level))
    },
    grade: (task, answer) => gradeDigits(task.reference, answer.trim()),
  }),
})

/** Tasks of one level when the request sets no limit. */
const defaultLimit = 500

/** Distinct tasks; small levels give what they have (level 1 holds 100 pairs in all, level 2 8100). */
function drawLevel({ split, seed, round, limit = defaultLimit }: LoadRequest, level: number): Task[] {
  const next = random(deriveSeed(seed, 'addition', split, level, round))
  const drawn = new Map<string, Task>()
  for (let tries = 0; drawn.size < limit && tries < limit * 20 + 2000; tries++) {
    const task = drawAddition(next, level, split)
    drawn.set(task.id, task)
  }
  return [...drawn.values()]
}

/** One random task of a level and split. */
export function drawAddition(next: Random, level: number, split: Split): Task {
  for (;;) {
    const [a, b] = [drawNumber(next, level), drawNumber(next, level)]
    if (splitOf(a, b) === split) return additionTask(a, b)
  }
}

/** Decimal digits, no leading zero beyond level 1; text, since levels go beyond what a double holds. */
function drawNumber(next: Random, digits: number): string {
  const draw = (from: number) => String(from + Math.floor(next() * (10 - from)))
  return draw(digits > 1 ? 1 : 0) + Array.from({ length: digits - 1 }, () => draw(0)).join('')
}

/** 65% train, 25% validation, 10% test. */
function splitOf(a: string, b: string): Split {
  const share = parseInt(hash(`${a}+${b}`).slice(0, 6), 16) / 0x1000000
  return share < 0.65 ? 'train' : share < 0.9 ? 'validation' : 'test'
}

export function additionTask(a: string, b: string): Task {
  const id = `addition-${a}+${b}`
  return {
    id,
    taskset: 'addition',
    split: splitOf(a, b),
    prompt: `${reverse(a)}+${reverse(b)}=`,
    reference: reverse((BigInt(a) + BigInt(b)).toString()),
    level: Math.max(a.length, b.length),
    cluster: id,
    metadata: {},
  }
}

const reverse = (text: string) => [...text].reverse().join('')

/** Half the reward is for the whole answer, half for the share of digits in their place. */
function gradeDigits(reference: string, answer: string): Grade {
  if (!/^\d+$/.test(answer)) {
    const reason = answer === '' ? 'no answer' : 'not a number'
    const feedback = 'Answer with digits alone, least significant first.'
    return { reward: 0, passed: false, parts: { answer: 0, format: 0, steps: 0 }, reason, feedback }
  }
  const right = [...reference].filter((digit, place) => answer[place] === digit).length
  const steps = right / Math.max(reference.length, answer.length)
  const passed = answer === reference
  const first = [...reference].findIndex((digit, place) => answer[place] !== digit)
  const feedback = passed ? '' : first < 0 ? 'Too many digits.' : `Digit ${first + 1} from the left is the first wrong one.`
  const reason = passed ? 'correct' : 'wrong answer'
  return { reward: (steps + Number(passed)) / 2, passed, parts: { answer: Number(passed), format: 1, steps }, reason, feedback }
}
