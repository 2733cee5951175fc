import { z } from 'zod'
import { grader } from '../grader.ts'
import { choicesOf, chosen, goldChoice } from '../verify/choose.ts'
import { noAnswer, verdict } from '../verify/verdict.ts'

export default grader({
  name: 'choice',
  about: 'one of several choices, by its letter or its text; the choices lie in the column choices or in the question (A) ... (B) ...',
  settings: z.strictObject({}),
  problem: (gold) => (gold.trim() === '' ? 'is empty' : null),
  grade({ gold, answer, question, metadata }) {
    const choices = choicesOf(metadata?.['choices'], question ?? '')
    const wanted = goldChoice(gold, choices)
    if (wanted === null) return verdict(false, null, 'cannot grade: the gold answer is neither a letter nor one of the choices')
    const given = chosen(answer, choices)
    return given === null ? noAnswer : verdict(given === wanted, given, given === 'several' ? 'more than one choice' : undefined)
  },
})
