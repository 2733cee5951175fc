import type { Grade, LoadRequest, Split, Task, Taskset } from '@whetstone/core'
import { deriveSeed, hash, plugin, random } from '@whetstone/core'
import { z } from 'zod'
import type { Chain } from '../chains/chain.ts'
import { chainText, drawChain, readChain, traceText } from '../chains/chain.ts'
import type { TraceCheck } from '../chains/check-trace.ts'
import { checkTrace } from '../chains/check-trace.ts'

const about = 'chains of operations modulo 7 with every step written, generated; level = operations; no licence needed'

/**
 * Chains of operations modulo 7 from left to right, every step written out: `3+5*2-1?` is answered `3+5=1;1*2=2;2-1=1;#1`. The level is the
 * number of operations. A program can check every step alone without knowing the answer, so whatever reasons in steps can be tried here:
 * critics, revisions, search, summaries (what is left of a chain is a shorter chain). Passed means that the whole trace is valid: a model
 * guesses the one digit of the result far more often than it reasons it out.
 */
export default plugin({
  name: 'chains',
  about,
  settings: z.strictObject({
    levels: z.array(z.number().int().positive()).min(1).default([1, 2, 3, 4]).describe('drawn where none are asked for'),
  }),
  make: ({ levels }): Taskset & Required<Pick<Taskset, 'verify'>> => ({
    name: 'chains',
    levels: { from: 1 },
    fresh: true,
    about,
    async load(request) {
      return (request.levels ?? levels).flatMap((level) => drawLevel(request, level))
    },
    grade: (task, answer) => gradeTrace(checkTrace(task.reference, answer.trim())),
    hint: ({ reference }) => reference.slice(reference.indexOf('#')),
    /** Whole steps so far are right, and how far along they are; what is unfinished at the end is not looked at unless the trace ends. */
    verify(task, partial) {
      const chain = readChain(task.prompt)
      if (!chain) return { right: false, share: 0, complete: false }
      const valid = traceText(chain)
      const whole = partial.trim()
      const complete = whole === valid
      const ended = complete ? whole : whole.slice(0, whole.lastIndexOf(';') + 1)
      const parts = ended.split(';').length - 1
      return {
        right: whole.includes('#') ? complete : valid.startsWith(ended),
        share: parts / Math.max(1, chain.operations.length),
        complete,
      }
    },
  }),
})

/** Tasks of one level when the request sets no limit. */
const defaultLimit = 500

/** Distinct tasks; level 1 gives the 147 chains that it has. */
function drawLevel({ split, seed, round, limit = defaultLimit }: LoadRequest, level: number): Task[] {
  const next = random(deriveSeed(seed, 'chains', split, level, round))
  const drawn = new Map<string, Task>()
  for (let tries = 0; drawn.size < limit && tries < limit * 20 + 2000; tries++) {
    const task = chainTask(drawChain(next, level))
    if (task.split === split) drawn.set(task.id, task)
  }
  return [...drawn.values()]
}

export function chainTask(chain: Chain): Task {
  const text = chainText(chain)
  const id = `chains-${text}`
  const level = chain.operations.length
  return { id, taskset: 'chains', split: splitOf(text), prompt: `${text}?`, reference: traceText(chain), level, cluster: id, metadata: {} }
}

/** 65% train, 25% validation, 10% test, by the chain itself: no seed and no round can move one from training to validation. */
export function splitOf(text: string): Split {
  const share = parseInt(hash(text).slice(0, 6), 16) / 0x1000000
  return share < 0.65 ? 'train' : share < 0.9 ? 'validation' : 'test'
}

/** Outcome (`answer`), steps (`steps`: share in their place; `before`: share before the first wrong one) and format, each apart and as one reward. */
export function gradeTrace({ error, right, due, before, result, answered, wellFormed }: TraceCheck): Grade {
  const share = (count: number) => (due === 0 ? Number(answered) : count / due)
  const parts = { answer: Number(answered), steps: share(right), before: share(before), format: Number(wellFormed) }
  if (!error) return { reward: 1, passed: true, parts, reason: 'correct', feedback: '' }
  const where = `${error.category} at step ${error.step}`
  const reason = right === 0 && result === null ? 'no answer' : answered ? `right result, invalid trace: ${where}` : `wrong ${where}`
  const reward = 0.5 * parts.steps + 0.2 * parts.answer + 0.1 * parts.format
  return { reward, passed: false, parts, reason, feedback: `Step ${error.step} is the first wrong one (${error.category}).` }
}
