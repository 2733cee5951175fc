import type { Embedder, Task } from '@whetstone/core'
import { cosine } from '@whetstone/similarity'
import { overlapIndex, wordsOf } from '@whetstone/similarity'

/** A text that may have learned from a test question: a memory, or a training row. */
export type Audited = { id: string; text: string; sourceTask?: string; embedding?: Float32Array | readonly number[] }
export type Leak = {
  item: string
  task: string
  /** `13-gram`: thirteen tokens in a row in common, or the whole question where it is shorter; `embedding`: over 90% similar, both as documents; `source`: it was learned from the task. */
  rule: '13-gram' | 'embedding' | 'source'
  /** The words in common, or the similarity. */
  evidence: string
}

const span = 13
const tooSimilar = 0.9
/** Questions of fewer tokens are looked for by nothing but their source: `7` is in every text. */
const shortest = 3
/** Texts of fewer tokens are too alike for similarity to mean anything; they are compared whole. */
const shortestForEmbedding = 8

/**
 * Leaks between items (a bank, a training set) and test tasks: by 13-grams, as test sets are usually decontaminated (Brown et al. 2020, appendix C), by similarity, and by source; the frame of a template question with other numbers is no leak. Each pair is reported once, by the
 * first rule that finds it. Without an embedder the similarity rule is left out.
 */
export async function audit(
  items: readonly Audited[],
  tasks: readonly Pick<Task, 'id' | 'prompt'>[],
  embedder: Embedder | null,
): Promise<Leak[]> {
  const leaks = new Map<string, Leak>()
  const report = (leak: Leak) => {
    const pair = `${leak.item}\u0000${leak.task}`
    if (!leaks.has(pair)) leaks.set(pair, leak)
  }
  const ids = new Set(tasks.map((task) => task.id))
  for (const { id, sourceTask } of items)
    if (sourceTask !== undefined && ids.has(sourceTask)) report({ item: id, task: sourceTask, rule: 'source', evidence: sourceTask })

  const index = overlapIndex(
    tasks.map(({ prompt }) => prompt),
    { span, shortest },
  )
  for (const { id, text } of items)
    for (const { question, evidence } of index.find(text).overlaps)
      report({ item: id, task: (tasks[question] as Pick<Task, 'id'>).id, rule: '13-gram', evidence })

  const long = (text: string) => wordsOf(text).length >= shortestForEmbedding
  const [items2, tasks2] = [items.filter(({ text }) => long(text)), tasks.filter(({ prompt }) => long(prompt))]
  if (embedder && items2.length > 0 && tasks2.length > 0) {
    const missing = items2.filter((item) => !item.embedding)
    const fresh = await embedder.embed(
      missing.map(({ text }) => text),
      'document',
    )
    const embedded = new Map(missing.map((item, index) => [item, fresh[index] as Float32Array]))
    const questions = await embedder.embed(
      tasks2.map(({ prompt }) => prompt),
      'document',
    )
    for (const item of items2) {
      const vector = item.embedding ?? (embedded.get(item) as Float32Array)
      for (const [index, question] of questions.entries()) {
        const similarity = cosine(vector, question)
        if (similarity > tooSimilar)
          report({
            item: item.id,
            task: (tasks2[index] as Pick<Task, 'id'>).id,
            rule: 'embedding',
            evidence: `similarity ${similarity.toFixed(3)}`,
          })
      }
    }
  }
  return [...leaks.values()]
}
