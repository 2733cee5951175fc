import { type Filter, mark, plugin, type Trace } from '@whetstone/core'
import { normalizeText } from '@whetstone/similarity'
import { z } from 'zod'
import { answerOf } from '../answer-of.ts'
import { solutionSignature } from '../solution-signature.ts'

const signatures = {
  /** The answer with white space evened out. */
  answer: (text: string) => (/[^\S ]|  /.test(text) ? text.replace(/\s+/g, ' ') : text).trim(),
  normalised: normalizeText,
  steps: solutionSignature,
}

export default plugin({
  name: 'distinct',
  about: 'one trace for each distinct answer to a task, the first (as RFT does with equation lists, arXiv 2308.01825)',
  settings: z.strictObject({
    by: z
      .enum(['answer', 'normalised', 'steps'])
      .default('answer')
      .describe(
        'what makes two answers one: the same text but for white space; but for case, width and marks too; or the same equations in the same order, whatever the words',
      ),
  }),
  make: ({ by }): Filter => {
    // Hashed, so that a million of them fit into memory.
    const markOf = (trace: Trace) => mark(`${trace.task}\u0000${signatures[by](answerOf(trace))}`)
    return {
      name: by === 'answer' ? 'distinct' : `distinct by ${by}`,
      async *apply(traces, { dropped }) {
        const seen = new Set<string>()
        for await (const trace of traces) {
          const own = markOf(trace)
          if (seen.has(own)) dropped?.(trace, 'the same was answered before')
          else {
            seen.add(own)
            yield trace
          }
        }
      },
    }
  },
})
