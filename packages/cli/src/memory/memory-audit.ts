import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, readJsonl, type Embedder, type Task } from '@whetstone/core'
import { audit, memoryText, type Audited, type Bank, type Leak } from '@whetstone/memory'
import { z } from 'zod'
import { roundFolders } from './memory-traces.ts'
import type { Recipe } from '@whetstone/loop/recipe/recipe.ts'

const Row = z.looseObject({
  messages: z.array(z.object({ content: z.string() })).optional(),
  prompt: z.union([z.string(), z.array(z.object({ content: z.string() }))]).optional(),
  completion: z.string().optional(),
  text: z.string().optional(),
})

/** Texts of a file of training rows, in any of the shapes that trainers read. */
function rowsOf(file: string): Audited[] {
  if (!existsSync(file)) throw new BadInput(`${file} not found: check --rows`)
  return readJsonl(file, Row, { wholeFile: true }).map(({ messages, prompt, completion, text }, index) => {
    const parts = [
      ...(messages ?? []).map(({ content }) => content),
      ...(typeof prompt === 'string' ? [prompt] : (prompt ?? []).map(({ content }) => content)),
      completion ?? '',
      text ?? '',
    ]
    return { id: `${file}:${index + 1}`, text: parts.join('\n') }
  })
}

export type Audit = { memories: number; rows: number; tasks: number; leaks: Leak[] }

/** Looks for the recipe's test tasks in a bank and in the training rows of a run (or in one file of rows). */
export async function auditRun(
  bank: Bank,
  options: { recipe: Recipe; run: string; embedder: Embedder; rows?: string; limit?: number },
): Promise<Audit> {
  const { recipe, run, embedder } = options
  const tasks: Task[] = []
  for (const { taskset, levels, validation } of recipe.courses) {
    const range = levels ? { levels: Array.from({ length: levels.frontier - levels.from + 2 }, (_, index) => levels.from + index) } : {}
    tasks.push(
      ...(await taskset.load({
        split: 'test',
        seed: recipe.settings.seed,
        round: 1,
        limit: options.limit ?? Math.max(validation, 1000),
        ...range,
      })),
    )
  }
  const items: Audited[] = (await bank.memories({ embeddings: true })).map((memory) => ({
    id: memory.id,
    text: memoryText(memory),
    sourceTask: memory.sourceTask,
    embedding: memory.embedding,
  }))
  const files =
    options.rows === undefined
      ? roundFolders(run)
          .map((folder) => join(folder, 'sft.jsonl'))
          .filter((file) => existsSync(file))
      : [options.rows]
  const rows = files.flatMap(rowsOf)
  // Rows are compared by words alone: a training set is too large to embed for a look, and short tasks of one kind are too alike.
  return {
    memories: items.length,
    rows: rows.length,
    tasks: tasks.length,
    leaks: [...(await audit(items, tasks, embedder)), ...(await audit(rows, tasks, null))],
  }
}
