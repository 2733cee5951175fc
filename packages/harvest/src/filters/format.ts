import { BadInput, type Filter, plugin, type Trace } from '@whetstone/core'
import { RE2JS } from 're2js'
import { z } from 'zod'
import { answerOf } from '../answer-of.ts'

const pattern = (about: string) => z.string().min(1).optional().describe(`${about} (RE2 syntax, as many lines as there are)`)

export default plugin({
  name: 'format',
  about: 'keeps answers of the wanted form: by the part of the grade that says so, by patterns, and whole ones only',
  settings: z.strictObject({
    least: z.number().min(0).max(1).optional().describe('least share of the grade\'s part "format", where the grader gives one'),
    matches: pattern('what an answer must hold'),
    lacks: pattern('what it must not hold'),
    whole: z.boolean().default(true).describe('answers that were cut short are left out'),
  }),
  make: ({ least, matches, lacks, whole }): Filter => {
    const [wanted, unwanted] = [compile(matches, 'matches'), compile(lacks, 'lacks')]
    const problem = (trace: Trace): string | null => {
      const format = trace.grade.parts['format']
      if (whole && trace.truncated) return 'cut short'
      if (least !== undefined && format !== undefined && format < least) return `format ${format}`
      const answer = answerOf(trace)
      if (wanted && !wanted.matcher(answer).find()) return `lacks ${matches}`
      if (unwanted?.matcher(answer).find()) return `holds ${lacks}`
      return null
    }
    return {
      name: 'format',
      async *apply(traces, { dropped }) {
        for await (const trace of traces) {
          const why = problem(trace)
          if (why === null) yield trace
          else dropped?.(trace, why)
        }
      },
    }
  },
})

// Model output is read by the pattern: RE2 takes time that grows with the text alone.
function compile(text: string | undefined, setting: string): RE2JS | null {
  if (text === undefined) return null
  try {
    return RE2JS.compile(text, RE2JS.MULTILINE)
  } catch (error) {
    throw new BadInput(`format: ${setting} is no pattern (${(error as Error).message})`)
  }
}
