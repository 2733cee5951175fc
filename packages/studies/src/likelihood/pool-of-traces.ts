import type { Rows, Trace } from '@whetstone/core'
import type { PoolItem } from '@whetstone/evaluation'

/** Samples of each type that are followed; what is learned from is every right answer. */
const followed = 200

/** A trace as a sample, where it is one question and one answer; `output` in the answer's place. */
export function itemOf({ messages }: Trace, type: string, output = messages.at(-1)?.content ?? ''): PoolItem[] {
  const system = messages[0]?.role === 'system' ? messages[0].content : undefined
  const [question, answer, ...more] = system === undefined ? messages : messages.slice(1)
  if (question?.role !== 'user' || answer?.role !== 'assistant' || more.length > 0 || output === '') return []
  return [{ instruction: question.content, input: '', output, type, system }]
}

/**
 * Own right answers to learn from (different ones, at most `perTask` a task), and the samples that are followed: own right and wrong answers, and
 * the references of what was wrong.
 */
export async function poolOfTraces(
  traces: Rows<Trace>,
  references: ReadonlyMap<string, string>,
  perTask = 4,
): Promise<{ pool: PoolItem[]; learn: PoolItem[] }> {
  const learn: PoolItem[] = []
  const answers = new Map<string, Set<string>>()
  const [right, wrong, missed]: PoolItem[][] = [[], [], []]
  for await (const trace of traces) {
    if (trace.grade.passed) {
      const own = answers.get(trace.task) ?? new Set()
      answers.set(trace.task, own)
      const answer = trace.messages.at(-1)?.content ?? ''
      if (own.has(answer) || own.size >= perTask) continue
      own.add(answer)
      const items = itemOf(trace, 'own, right')
      learn.push(...items)
      if (right!.length < followed) right!.push(...items)
    } else if (wrong!.length < followed) {
      wrong!.push(...itemOf(trace, 'own, wrong'))
      missed!.push(...itemOf(trace, 'reference of what was wrong', references.get(trace.task) ?? ''))
    }
  }
  return { pool: [...right!, ...wrong!, ...missed!], learn }
}
