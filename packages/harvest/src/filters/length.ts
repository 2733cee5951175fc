import { BadInput, type Filter, plugin, type Trace } from '@whetstone/core'
import { z } from 'zod'
import { answerOf } from '../answer-of.ts'

const units = {
  tokens: ({ tokens }: Trace) => tokens.completion,
  characters: (trace: Trace) => answerOf(trace).length,
  words: (trace: Trace) => answerOf(trace).split(/\s+/).filter(Boolean).length,
  lines: (trace: Trace) => answerOf(trace).trim().split('\n').length,
}

export default plugin({
  name: 'length',
  about: 'keeps answers of a length: where there is no verifier, one that runs on is the likeliest to be wrong (arXiv 2502.01612)',
  settings: z.strictObject({
    unit: z
      .enum(['tokens', 'characters', 'words', 'lines'])
      .default('tokens')
      .describe('tokens are those of the whole attempt, thinking too'),
    least: z.number().int().nonnegative().default(1),
    most: z.number().int().positive().optional(),
  }),
  make: ({ unit, least, most = Infinity }): Filter => {
    if (least > most) throw new BadInput(`length: least ${least} is above most ${most}`)
    return {
      name: `length ${least}..${most === Infinity ? '' : most} ${unit}`,
      async *apply(traces, { dropped }) {
        for await (const trace of traces) {
          const size = units[unit](trace)
          if (size >= least && size <= most) yield trace
          else dropped?.(trace, `${size} ${unit}`)
        }
      },
    }
  },
})
