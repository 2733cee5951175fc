import { loadPrompts } from '../load-prompts.ts'
import type { MethodSolver, Teacher } from '../method.ts'
import { ask, askDirectly, isRefused, methodSolver } from '../method.ts'
import { grow, stepAsks } from './expand.ts'
import type { Partial, Value } from './value.ts'
import { valuesOf } from './value.ts'

export type Beam = {
  /** Partial solutions kept at each depth, and next steps sampled for each. */
  width?: number
  samples?: number
  value?: Value
  /** Who gives verdicts; the attempted model when absent. */
  judge?: Teacher
  /** Most steps of a solution. */
  depth?: number
  prompts?: string
}

/**
 * Beam search over steps: from each of the best partial solutions some next steps are sampled, all are valued, the best go on. It ends with the
 * first finished solution that nothing under way is better than. Greedy sampling gives one step each.
 */
export function beam({ width = 1, samples = 4, value = 'steps', judge, depth = 64, prompts: named = 'prose-1' }: Beam = {}): MethodSolver {
  const prompts = loadPrompts(named)
  const name = `beam-${width}x${samples} by ${value}${judge ? ` of ${judge.name}` : ''}`
  return methodSolver(name, async function* (attempt, tools) {
    const asked = askDirectly(attempt)
    const draftOf = ({ text, ended }: Partial) => ({
      messages: [...asked, { role: 'assistant' as const, content: text }],
      finish: ended ? ('stop' as const) : ('length' as const),
    })
    let beams: (Partial & { worth: number })[] = [{ text: '', ended: false, worth: 1 }]
    for (let level = 0; level < depth; level++) {
      const open = beams.filter(({ ended }) => !ended)
      const count = tools.sampling.temperature === 0 ? 1 : samples
      const asks = open.map(({ text }, i) => stepAsks(attempt, tools, prompts, text, count, [level, i]))
      const replies = yield* ask(...asks.flat())
      if (replies.some(isRefused) && level === 0)
        return { messages: [...asked, { role: 'assistant', content: '' }], finish: replies[0]!.finish }
      const grown = open.flatMap(({ text, worth }, i) =>
        grow(
          text,
          replies.slice(i * count, (i + 1) * count).map((reply) => reply.text.trim()),
          prompts,
        ).map((partial) => ({ ...partial, from: worth })),
      )
      const values = yield* valuesOf(value, grown, { attempt, tools, prompts, by: judge, depth: level })
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
      tools.keep(draftOf(best))
      if (best.ended) return draftOf(best)
    }
    return draftOf(beams[0]!)
  })
}
