import type { Memory, Reflector, Trace } from '@whetstone/core'
import { memoryId, plugin } from '@whetstone/core'
import { z } from 'zod'

/**
 * The trace applies the sign in the key's place, so no reference is needed. Failed attempts only say what it may not be and are passed over; so
 * are other tasksets' traces.
 */
export default plugin({
  name: 'induce-chain-key',
  about: 'what sign a two-letter key of a chain stands for (3kx5*2?), read by a program from attempts that passed',
  settings: z.strictObject({}),
  make: (): Reflector => ({
    name: 'induce-chain-key',
    async reflect(traces, { createdAt }) {
      const known = new Map<string, Memory>()
      for await (const trace of traces) {
        const found = trace.taskset === 'chains-keys' && trace.grade.passed ? readSign(trace) : null
        if (found && !known.has(found.key)) known.set(found.key, memoryOf(found, trace, createdAt))
      }
      return [...known.values()]
    },
  }),
})

function readSign({ messages }: Trace): { key: string; sign: string } | null {
  const said = (role: string) => messages.findLast((message) => message.role === role)?.content ?? ''
  const [, before, key] = /^([-+*\d]*)([a-z]{2})[-+*\d]*\?$/.exec(said('user')) ?? []
  if (before === undefined || key === undefined) return null
  const place = before.match(/[-+*]/g)?.length ?? 0
  const sign = /^\d([-+*])\d=\d$/.exec(said('assistant').trim().split(';')[place] ?? '')?.[1]
  return sign === undefined ? null : { key, sign }
}

function memoryOf({ key, sign }: { key: string; sign: string }, trace: Trace, createdAt: string): Memory {
  const memory = {
    // The bare key: prose around it would make every prompt find every line.
    title: key,
    description: '',
    content: `${key}=${sign};`,
    sourceTask: trace.task,
    sourceTraces: [trace.id],
    success: true,
    createdAt,
    embedding: [],
    reflector: 'induce-chain-key',
  }
  return { id: memoryId(memory), ...memory }
}
