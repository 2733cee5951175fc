import type { Trace } from '@whetstone/core'
import { normalizeText } from '@whetstone/similarity'
import { z } from 'zod'

/** What a trace answered, and what it was asked. */
export const answerOf = ({ messages }: Pick<Trace, 'messages'>): string =>
  messages.at(-1)?.role === 'assistant' ? (messages.at(-1)?.content ?? '') : ''
export const questionOf = ({ messages }: Pick<Trace, 'messages'>): string => messages.findLast(({ role }) => role === 'user')?.content ?? ''

/** Which part of an answer is compared where answers vote. */
export const FinalAnswer = z
  .enum(['auto', 'whole', 'last-line', 'last-number'])
  .default('auto')
  .describe('what of an answer is compared: auto takes \\boxed{}, else what stands after #### or "answer is", else the last line')
export type FinalAnswer = z.output<typeof FinalAnswer>

/** The final answer of a text, evened out; empty where there is none. */
export function finalAnswer(text: string, how: FinalAnswer): string {
  if (how === 'whole') return normalizeText(text)
  if (how === 'last-number')
    return (
      text
        .match(/-?\d[\d,]*(?:\.\d+)?/g)
        ?.at(-1)
        ?.replaceAll(',', '') ?? ''
    )
  const lastLine = text.trim().split('\n').at(-1) ?? ''
  if (how === 'last-line') return normalizeText(lastLine)
  const announced = boxed(text) ?? /(?:####|\banswer(?: is|:))\s*([^\n]+?)\.?\s*$/i.exec(text)?.[1]
  return normalizeText(announced ?? lastLine).replace(/^\$|[.$]$/g, '')
}

/** What stands in the last \boxed{}, braces matched. */
function boxed(text: string): string | null {
  const start = text.lastIndexOf('\\boxed{')
  if (start === -1) return null
  let depth = 0
  for (let at = start + 6; at < text.length; at++) {
    if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return text.slice(start + 7, at)
  }
  return null
}
