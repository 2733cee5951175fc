import { z } from 'zod'
import { contentId } from './hash.ts'

/** train feeds the harvest, validation the gate, test only the report. */
export const Split = z.enum(['train', 'validation', 'test'])
export type Split = z.infer<typeof Split>

/** One frozen problem. */
export const Task = z.object({
  id: z.string().min(1),
  taskset: z.string(),
  split: Split,
  /** What the model is asked, without instructions on the answer's form (those are the taskset's `instruction`). */
  prompt: z.string(),
  /** The expected answer; what it means is the taskset's own: a number, LaTeX, tests. Never shown to solvers or reflectors. */
  reference: z.string(),
  /** Difficulty, a whole number from 1; tasksets without levels use 1. */
  level: z.number().int(),
  /** Tasks that share a template or key share a cluster, and tests run over clusters. Its own id where a task stands alone. */
  cluster: z.string(),
  metadata: z.record(z.string(), z.unknown()).default({}),
})
export type Task = z.infer<typeof Task>

/** Hash of what a task asks and what it takes for right, whatever its id and split: two tasks with equal hashes are one. */
export function taskHash({ taskset, prompt, reference, level, metadata }: Task): string {
  return contentId('task', [taskset, prompt, reference, level, metadata])
}
