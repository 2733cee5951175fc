import { z } from 'zod'
import { grader } from '../grader.ts'
import { findPattern, patternProblem } from '../verify/pattern.ts'
import { noAnswer, verdict } from '../verify/verdict.ts'

export default grader({
  name: 'regex',
  about:
    'the gold answer is a regular expression (RE2 syntax) that the answer holds; with --set grader.extract=PATTERN its first group is compared with the gold text',
  settings: z.strictObject({
    extract: z.string().optional().describe('a pattern with a group: the last match is compared with the gold answer as text'),
    whole: z.boolean().default(false).describe('the gold pattern must match all of the answer'),
    ignoreCase: z.boolean().default(false).describe('capital and small letters are the same'),
  }),
  problem: (gold, { extract }) => patternProblem(extract ?? gold) ?? (gold.trim() === '' ? 'is empty' : null),
  grade({ gold, answer }, { extract, whole, ignoreCase }) {
    if (answer.trim() === '') return noAnswer
    if (patternProblem(extract ?? gold) !== null) return verdict(false, null, `cannot grade: ${patternProblem(extract ?? gold)}`)
    if (extract === undefined) {
      const found = findPattern(gold, answer.trim(), { whole, ignoreCase }).at(-1)
      return verdict(found !== undefined, found ?? answer.trim().slice(0, 200))
    }
    const read = findPattern(extract, answer, { whole: false, ignoreCase }).at(-1)?.trim()
    if (read === undefined) return noAnswer
    return verdict(ignoreCase ? read.toLowerCase() === gold.trim().toLowerCase() : read === gold.trim(), read)
  },
})
