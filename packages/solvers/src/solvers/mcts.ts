import { plugin } from '@whetstone/core'
import { z } from 'zod'
import { loadPrompts } from '../load-prompts.ts'
import type { Method, MethodSolver } from '../method.ts'
import { ask, isRefused, methodSolver, nameOf, prompts, teacher } from '../method.ts'
import { draftOf, grow, refusedDraft, stepAsks } from '../tree-search/expand.ts'
import type { Partial } from '../tree-search/value.ts'
import { Value, valuesOf } from '../tree-search/value.ts'

const Settings = z.strictObject({
  simulations: z.number().int().positive().default(24).describe('expansions of a node'),
  samples: z.number().int().positive().default(3).describe('next steps sampled at each'),
  value: Value.default('steps').describe(
    "what a partial solution is worth by: the task set's check of its steps, the verdict of a judge, or the share of samples that took the same step",
  ),
  judge: teacher.optional().describe('who gives verdicts: a role; the attempted model when absent'),
  exploration: z.number().nonnegative().default(1).describe('how much the search is drawn to what it has seldom visited'),
  prompts,
})
type Settings = z.output<typeof Settings>

type Node = Partial & { parent: Node | null; children: Node[]; visits: number; total: number; prior: number; depth: number; own: number }

/**
 * The most promising leaf is expanded by sampled next steps, these are valued, and their value goes up the path. Wrong steps (value 0) are not
 * gone on from while others are left. It ends when a finished solution is worth 1, or after so many expansions; the answer is the best finished
 * solution, else the most visited path.
 */
export default plugin({
  name: 'mcts',
  about: 'Monte Carlo tree search over steps (UCT with priors, as PUCT of Silver et al. 2017)',
  settings: Settings,
  make: mcts,
})

function mcts({ simulations, samples, value, judge, exploration, prompts: named }: Settings): MethodSolver {
  const texts = loadPrompts(named)
  const method: Method = async function* (attempt, tools) {
    const root: Node = { text: '', ended: false, parent: null, children: [], visits: 0, total: 0, prior: 1, depth: 0, own: 1 }
    const ended: Node[] = []
    for (let i = 0; i < simulations; i++) {
      const leaf = select(root, exploration)
      if (leaf === null) break
      const replies = yield* ask(...stepAsks(attempt, tools, texts, leaf.text, tools.sampling.temperature === 0 ? 1 : samples, ['mcts', i]))
      if (replies.some(isRefused) && i === 0) return refusedDraft(attempt, replies[0]!)
      const grown = grow(
        leaf.text,
        replies.map(({ text }) => text.trim()),
        texts,
      )
      const known = new Set(leaf.children.map(({ text }) => text))
      const fresh = grown.filter(({ text }) => !known.has(text))
      const values = yield* valuesOf(value, fresh, { attempt, tools, prompts: texts, by: judge, depth: leaf.depth })
      for (const [j, { share, ...partial }] of fresh.entries()) {
        const node: Node = {
          ...partial,
          parent: leaf,
          children: [],
          visits: 0,
          total: 0,
          prior: share,
          depth: leaf.depth + 1,
          own: values[j]!,
        }
        leaf.children.push(node)
        if (node.ended) ended.push(node)
        backUp(node, node.own)
      }
      if (fresh.length === 0) backUp(leaf, 0)
      const best = ended.toSorted((a, b) => b.own - a.own)[0]
      tools.keep(draftOf(attempt, best ?? deepest(root)))
      if (best && best.own === 1 && value !== 'vote') return draftOf(attempt, best)
    }
    return draftOf(attempt, ended.toSorted((a, b) => b.own - a.own || b.prior - a.prior)[0] ?? deepest(root))
  }
  return methodSolver(
    `mcts-${simulations}x${samples} by ${value}${judge ? ` of ${nameOf(judge)}` : ''}`,
    method,
    [judge],
    value === 'steps',
  )
}

/** The leaf that is expanded next: down by value and by how seldom a child was visited. Null when every path has ended. */
function select(node: Node, exploration: number): Node | null {
  if (node.ended) return null
  const open = node.children.filter((child) => child.own > 0)
  if (open.length === 0) return node
  const bound = (child: Node) =>
    child.total / Math.max(1, child.visits) + (exploration * child.prior * Math.sqrt(node.visits)) / (1 + child.visits)
  for (const child of open.toSorted((a, b) => bound(b) - bound(a) || b.prior - a.prior)) {
    const leaf = select(child, exploration)
    if (leaf) return leaf
  }
  return null
}

function backUp(from: Node, value: number): void {
  for (let node: Node | null = from; node; node = node.parent) {
    node.visits++
    node.total += value
  }
}

function deepest(node: Node): Node {
  const next = node.children.toSorted((a, b) => b.own - a.own || b.visits - a.visits)[0]
  return next && next.own > 0 ? deepest(next) : node
}
