import type { Study } from './study.ts'

/**
 * A study with room for the solutions of a level: a recipe's numbers are for the levels that it begins with, and an answer that is cut off is a
 * failed one, so that no training would ever get past it. Bytes of the reference are as many as its tokens, or more; a recipe that gives more room keeps it.
 */
export async function makeRoom(study: Study, level: number): Promise<Study> {
  const tasks = await study.taskset.load({ split: 'train', seed: study.seed, round: 0, levels: [level], limit: 50 })
  const longest = (of: (task: (typeof tasks)[number]) => string) => Math.max(0, ...tasks.map((task) => Buffer.byteLength(of(task))))
  // A token for the end of each.
  const maxTokens = Math.max(study.sampling.maxTokens, longest(({ reference }) => reference) + 1)
  const context = Math.max(study.context, longest(({ prompt }) => prompt) + 1 + maxTokens)
  return { ...study, context, sampling: { ...study.sampling, maxTokens } }
}
