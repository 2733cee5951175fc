import { BadInput } from '@whetstone/core'
import { z } from 'zod'
import { grader } from '../grader.ts'
import { defaultRubric, judge, judgePair } from '../verify/judge.ts'

export default grader({
  name: 'judge',
  about:
    'a model decides by a rubric, or whether the answer is better than the gold one; it has a role of its own, and a probe says how far to trust it',
  needsJudge: true,
  settings: z.strictObject({
    rubric: z.string().min(1).default(defaultRubric).describe('what makes an answer right'),
    pairwise: z.boolean().default(false).describe('compare with the gold answer, in both orders, instead of by the rubric alone'),
    votes: z.number().int().min(1).max(99).default(3).describe('verdicts asked for; odd numbers decide more often'),
  }),
  async grade({ gold, answer, question = '', judge: model, seed = 0, signal }, { rubric, pairwise, votes }) {
    if (!model) throw new BadInput('grader judge: no model has the role judge: name one')
    const options = { model, votes, seed, signal }
    if (!pairwise) return judge({ question, answer, rubric, reference: gold === '' ? undefined : gold }, options)
    if (answer.trim() === '') return judge({ question, answer, rubric }, options)
    const { winner, votes: said } = await judgePair({ question, first: answer, second: gold, rubric }, options)
    const share = said.reduce((sum, vote) => sum + (vote === 'first' ? 1 : vote === 'unsure' ? 0.5 : 0), 0) / said.length
    const reason = `${said.filter((vote) => vote === 'first').length} of ${said.length} votes prefer it to the gold answer, ${said.filter((vote) => vote === 'unsure').length} unsure`
    return {
      reward: share,
      passed: winner === 'first',
      parts: { answer: share },
      reason,
      feedback: winner === 'first' ? '' : 'The judge did not prefer the answer.',
    }
  },
})
