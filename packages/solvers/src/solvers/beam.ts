import { plugin } from '@whetstone/core'
import { z } from 'zod'
import { loadPrompts } from '../load-prompts.ts'
import type { Method, MethodSolver } from '../method.ts'
import { ask, isRefused, methodSolver, nameOf, prompts, teacher } from '../method.ts'
import { draftOf, grow, refusedDraft, stepAsks } from '../tree-search/expand.ts'
import type { Partial } from '../tree-search/value.ts'
import { Value, valuesOf } from '../tree-search/value.ts'

const Settings = z.strictObject({
  width: z.number().int().positive().default(1).describe('partial solutions kept at each depth'),
  samples: z.number().int().positive().default(4).describe('next steps sampled for each'),
  value: Value.default('steps').describe(
    "what a partial solution is worth by: the task set's check of its steps, the verdict of a judge, or the share of samples that took the same step",
  ),
  judge: teacher.optional().describe('who gives verdicts: a role; the attempted model when absent'),
  depth: z.number().int().positive().default(64).describe('most steps of a solution'),
  prompts,
})
type Settings = z.output<typeof Settings>

/** It ends with the first finished solution that nothing under way is better than. Greedy sampling gives one step each. */
export default plugin({
  name: 'beam',
  about: 'beam search over steps: from each of the best partial solutions some next steps are sampled, all are valued, the best go on',
  settings: Settings,
  make: beam,
})

function beam({ width, samples, value, judge, depth, prompts: named }: Settings): MethodSolver {
  const texts = loadPrompts(named)
  const method: Method = async function* (attempt, tools) {
    let beams: (Partial & { worth: number })[] = [{ text: '', ended: false, worth: 1 }]
    for (let level = 0; level < depth; level++) {
      const open = beams.filter(({ ended }) => !ended)
      const count = tools.sampling.temperature === 0 ? 1 : samples
      const asks = open.map(({ text }, i) => stepAsks(attempt, tools, texts, text, count, [level, i]))
      const replies = yield* ask(...asks.flat())
      if (replies.some(isRefused) && level === 0) return refusedDraft(attempt, replies[0]!)
      const grown = open.flatMap(({ text, worth }, i) =>
        grow(
          text,
          replies.slice(i * count, (i + 1) * count).map((reply) => reply.text.trim()),
          texts,
        ).map((partial) => ({ ...partial, from: worth })),
      )
      // Where there is nothing to choose no judge is asked: a verdict costs as many tokens as a step.
      const isChoice = grown.length > width || value !== 'verdict'
      const values = isChoice
        ? yield* valuesOf(value, grown, { attempt, tools, prompts: texts, by: judge, depth: level })
        : grown.map(() => 1)
      // Worth is what the weakest step is worth, except by votes, where shares multiply.
      const valued = grown.map(({ from, ...partial }, i) => ({
        ...partial,
        worth: value === 'vote' ? from * values[i]! : Math.min(from, values[i]!),
      }))
      const all = [...beams.filter(({ ended }) => ended), ...valued]
      // The likelier step first among equals.
      beams = all
        .map((partial, i) => ({ partial, i, share: 'share' in partial ? (partial.share as number) : 1 }))
        .sort((a, b) => b.partial.worth - a.partial.worth || b.share - a.share || a.i - b.i)
        .slice(0, width)
        .map(({ partial }) => partial)
      const best = beams[0]!
      tools.keep(draftOf(attempt, best))
      if (best.ended) return draftOf(attempt, best)
    }
    return draftOf(attempt, beams[0]!)
  }
  return methodSolver(`beam-${width}x${samples} by ${value}${judge ? ` of ${nameOf(judge)}` : ''}`, method, [judge], value === 'steps')
}
