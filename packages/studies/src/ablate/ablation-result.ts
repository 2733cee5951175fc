import { z } from 'zod'

const Level = z.object({ taskset: z.string(), level: z.number().int(), n: z.number().int(), passed: z.number() })
/** What a pair of weights and bank did on the test tasks. */
export const Cell = z.object({ weights: z.enum(['first', 'last']), memory: z.boolean(), levels: z.array(Level) })
export type Cell = z.infer<typeof Cell>
/** One arm with one seed, finished. */
export const AblationResult = z.object({
  arm: z.string(),
  seed: z.number().int(),
  /** Hash of the recipe. */
  recipe: z.string(),
  /** Hashes of the sources that ran it, by package, and of the native tools. */
  versions: z.record(z.string(), z.string()),
  model: z.string(),
  /** Test tasks a level that were asked for, and the highest level of climbed courses. */
  tasks: z.number().int(),
  top: z.number().int().nullable(),
  deployed: z.boolean(),
  promoted: z.array(z.boolean()),
  tokens: z.number(),
  cells: z.array(Cell),
})
export type AblationResult = z.infer<typeof AblationResult>
