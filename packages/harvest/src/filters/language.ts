import { type Filter, plugin } from '@whetstone/core'
import { franc } from 'franc-min'
import { z } from 'zod'
import { answerOf, questionOf } from '../answer-of.ts'

/** Words to look at: code, formulas and figures belong to no language. */
const prose = (text: string) =>
  text
    .replace(/```[\s\S]*?(?:```|$)|`[^`\n]*`|\$\$[\s\S]*?\$\$|\$[^$\n]*\$|\\[a-zA-Z]+|https?:\S+/g, ' ')
    .replace(/[^\p{L}\p{M}\s]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()

/** Of a text, in ISO 639-3 (eng, deu, cmn); null where it is too short to tell. */
export const languageOf = (text: string, least: number): string | null => {
  const words = prose(text)
  const found = words.length < least ? 'und' : franc(words, { minLength: Math.min(10, least) })
  return found === 'und' ? null : found
}

export default plugin({
  name: 'language',
  about:
    "keeps answers in given languages, or in the question's: models that reason drift into others. Told by letters and their triples (franc), 82 languages",
  settings: z.strictObject({
    only: z.array(z.string().length(3)).optional().describe("ISO 639-3, e.g. eng, deu, cmn; absent: the question's own language"),
    characters: z.number().int().positive().default(40).describe('texts with fewer letters are kept: they cannot be told'),
  }),
  make: ({ only, characters }): Filter => ({
    name: `language ${only?.join(',') ?? 'of the question'}`,
    async *apply(traces, { dropped }) {
      for await (const trace of traces) {
        const found = languageOf(answerOf(trace), characters)
        const asked = only ?? [languageOf(questionOf(trace), characters)]
        if (found === null || asked.includes(null) || asked.includes(found)) yield trace
        else dropped?.(trace, `is ${found}, wanted ${asked.join(' or ')}`)
      }
    },
  }),
})
