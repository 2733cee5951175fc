import { BadInput, type Embedder, type Task } from '@whetstone/core'
import { audit, memoryText, type Audited, type Bank, type Leak } from '@whetstone/memory'
import { readRecords, rowText } from '@whetstone/tasks'
import { openRun } from '@whetstone/runs'
import type { Recipe } from '@whetstone/recipe/recipe.ts'

/** Texts of a file of rows, in any format; a row without text is an error, never "no leaks". */
async function rowsOf(file: string): Promise<Audited[]> {
  const { rows } = await readRecords(file)
  if (rows.length === 0) throw new BadInput(`${file} holds no rows: there is nothing to compare`)
  return rows.map(({ record, line }) => {
    const text = rowText(record)
    if (text.trim() === '')
      throw new BadInput(`${file}:${line}: holds no text (fields: ${Object.keys(record).join(', ') || 'none'}): it cannot be compared`)
    return { id: `${file}:${line}`, text }
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
      ? openRun(run)
          .rounds()
          .map((round) => round.exported('messages'))
          .filter((file) => file !== null)
      : [options.rows]
  const rows = (await Promise.all(files.map(rowsOf))).flat()
  // Rows are compared by words alone: a training set is too large to embed for a look, and short tasks of one kind are too alike.
  return {
    memories: items.length,
    rows: rows.length,
    tasks: tasks.length,
    leaks: [...(await audit(items, tasks, embedder)), ...(await audit(rows, tasks, null))],
  }
}
