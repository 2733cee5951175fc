import type { Memory, Reflector, Trace } from '@whetstone/core'
import { memoryId, plugin } from '@whetstone/core'
import { z } from 'zod'

/** All that induction may see of an attempt: what was asked, what was answered, whether that passed. No reference, no world. */
export type GradedAttempt = { prompt: string; answer: string; passed: boolean; task: string; trace: string }
/** What each letter of a memory line means: the language of lines, not which key has which. */
export type Operations = Readonly<Record<string, (x: number, y: number) => number>>
/** A key whose operation the attempts leave no doubt about, and the attempts that showed it. */
export type InducedOperator = { key: string; operation: string; evidence: GradedAttempt[] }

/**
 * Which operation each key stands for, from graded attempts alone: an operation is ruled out where it disagrees with an answer that
 * passed or agrees with one that failed. Keys with one operation left are returned, in order of first appearance; the others need more
 * attempts. Prompts read `4kx3=`; others are passed over.
 */
export function induceOperators(attempts: readonly GradedAttempt[], operations: Operations): InducedOperator[] {
  const known = new Map<string, { left: string[]; evidence: GradedAttempt[] }>()
  for (const attempt of attempts) {
    const [, x, key, y] = /^(\d)([a-z]{2})(\d)=$/.exec(attempt.prompt) ?? []
    const answer = /^\s*(\d)\s*$/.exec(attempt.answer)?.[1]
    if (x === undefined || key === undefined || y === undefined || answer === undefined) continue
    const { left, evidence } = known.get(key) ?? { left: Object.keys(operations), evidence: [] }
    const remaining = left.filter((name) => (String(operations[name]?.(Number(x), Number(y))) === answer) === attempt.passed)
    known.set(key, { left: remaining, evidence: remaining.length < left.length ? [...evidence, attempt] : evidence })
  }
  return [...known].flatMap(([key, { left, evidence }]) => (left.length === 1 ? [{ key, operation: left[0] as string, evidence }] : []))
}

/** A program, not the model, writes the lines. Traces of other tasksets are passed over. */
export default plugin({
  name: 'induce-operator',
  about: "the reflector of recipe tiny: a program induces what each operator's key stands for from graded attempts",
  settings: z.strictObject({
    operations: z
      .record(
        z.string(),
        z.custom<Operations[string]>((value) => typeof value === 'function', { message: 'must be a function of two digits' }),
      )
      .describe('what each letter of a memory line means: the language of lines, not which key has which'),
  }),
  make: ({ operations }): Reflector => ({
    name: 'induce-operator',
    async reflect(traces, { createdAt }) {
      const attempts: GradedAttempt[] = []
      for await (const trace of traces) if (trace.taskset === 'operators') attempts.push(attemptOf(trace))
      return induceOperators(attempts, operations).map((operator) => memoryOf(operator, createdAt))
    },
  }),
})

function attemptOf(trace: Trace): GradedAttempt {
  const content = (role: string) => trace.messages.findLast((message) => message.role === role)?.content ?? ''
  return { prompt: content('user'), answer: content('assistant'), passed: trace.grade.passed, task: trace.task, trace: trace.id }
}

/** The content is the line itself, shown before the prompt as it stands; source task and traces are the attempts that decided. */
function memoryOf({ key, operation, evidence }: InducedOperator, createdAt: string): Memory {
  const decided = evidence.at(-1)
  const memory = {
    // The bare key: prose around it would make every prompt find every line.
    title: key,
    description: '',
    content: `${key}=${operation};`,
    sourceTask: decided?.task ?? '',
    sourceTraces: evidence.map((attempt) => attempt.trace),
    success: evidence.some((attempt) => attempt.passed),
    createdAt,
    embedding: [],
    reflector: 'induce-operator',
  }
  return { id: memoryId(memory), ...memory }
}
