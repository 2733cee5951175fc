import type { Trace } from '@whetstone/core'

/** Characters of an attempt that a reflector reads: its beginning and its end, where method and answer are. */
const longestAttempt = 6000

/** The problem of a trace and what was answered, as text for a prompt. */
export function exchangeOf(trace: Trace): { problem: string; attempt: string } {
  const problem = trace.messages.find((message) => message.role === 'user')?.content ?? ''
  const attempt = trace.messages.findLast((message) => message.role === 'assistant')?.content ?? ''
  const half = longestAttempt / 2
  return { problem, attempt: attempt.length <= longestAttempt ? attempt : `${attempt.slice(0, half)}\n[…]\n${attempt.slice(-half)}` }
}
