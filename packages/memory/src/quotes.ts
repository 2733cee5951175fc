import { wordsOf } from '@whetstone/similarity'

/** Tokens in a row that make a quotation: as in the usual 13-gram test of training sets for test questions (Brown et al. 2020, appendix C). */
const longSpan = 13

/** Whether a text quotes a long span of a question: 13 tokens in a row, or, of a question of 8 to 16 tokens, four fifths of it. Shorter questions are left to the similarity rule. */
export function quotes(text: string, question: string): boolean {
  const asked = wordsOf(question)
  const span = Math.min(longSpan, Math.ceil(asked.length * 0.8))
  if (asked.length < 8) return false
  const said = ` ${wordsOf(text).join(' ')} `
  for (let start = 0; start + span <= asked.length; start++)
    if (said.includes(` ${asked.slice(start, start + span).join(' ')} `)) return true
  return false
}
