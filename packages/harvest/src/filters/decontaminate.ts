import { BadInput, type Filter, plugin } from '@whetstone/core'
import { contentKey, overlapIndex } from '@whetstone/similarity'
import { z } from 'zod'
import { answerOf, questionOf } from '../answer-of.ts'

export default plugin({
  name: 'decontaminate',
  about:
    'leaves out traces that hold a question of the validation or test tasks, or a long run of its words: the very question, whatever its id, case and spacing; or so many words in a row (13: Brown et al. 2020)',
  settings: z.strictObject({ words: z.number().int().min(4).max(50).default(13).describe('words in a row that count as overlap') }),
  make: ({ words }): Filter => ({
    name: `decontaminate ${words} words`,
    async *apply(traces, { heldOut, dropped }) {
      if (!heldOut) throw new BadInput('decontaminate needs the questions that measure, and none were given: name them with --against=FILE')
      const questions = await heldOut()
      const known = new Set(questions.map(contentKey))
      const index = overlapIndex(questions, { span: words })
      for await (const trace of traces) {
        const question = questionOf(trace)
        const [overlap] = known.has(contentKey(question)) ? [] : index.find(`${question}\n${answerOf(trace)}`).overlaps
        if (known.has(contentKey(question))) dropped?.(trace, 'is a question that measures')
        else if (overlap) dropped?.(trace, `holds "${overlap.evidence.slice(0, 80)}"`)
        else yield trace
      }
    },
  }),
})
