import { z } from 'zod'
import { grader } from '../grader.ts'
import { fieldsOf, findJson, readJson, sameJson, sameShape } from '../verify/json-value.ts'

export default grader({
  name: 'json',
  about: 'a JSON answer, field by field: the reward is the share of gold fields that are right, passed when all are and the schema holds',
  settings: z.strictObject({
    schema: z.looseObject({}).optional().describe('a JSON schema that the answer must satisfy'),
    fields: z.array(z.string()).optional().describe('paths (a.b.0) that are compared; all of the gold answer when absent'),
    extra: z.boolean().default(false).describe('fields that the gold answer has not are allowed'),
  }),
  problem: (gold) => (readJson(gold) === undefined ? 'is not JSON' : null),
  grade({ gold, answer }, { schema, fields, extra }) {
    const wanted = readJson(gold)
    const given = findJson(answer)
    if (given === undefined)
      return { reward: 0, passed: false, parts: { answer: 0, format: 0 }, reason: 'no answer', feedback: 'No JSON was found.' }
    const checked = schema ? z.fromJSONSchema(schema as never).safeParse(given.plain) : undefined
    const golds = fieldsOf(wanted?.exact)
    const answers = fieldsOf(given.exact)
    const paths = fields ?? [...golds.keys()]
    const right = paths.filter((path) => sameJson(golds.get(path), answers.get(path)))
    const more = extra || fields ? [] : [...answers.keys()].filter((path) => !golds.has(path))
    const fits = checked === undefined || checked.success
    const shaped = fields !== undefined || sameShape(wanted?.exact, given.exact)
    const passed = fits && shaped && right.length === paths.length && more.length === 0 && wanted !== undefined
    const share = paths.length === 0 ? Number(passed) : right.length / (paths.length + more.length)
    const wrong = !shaped
      ? 'a list is no object'
      : fits
        ? `${paths.length - right.length} of ${paths.length} fields wrong${more.length > 0 ? `, ${more.length} too many` : ''}`
        : 'against the schema'
    const place = checked?.error?.issues[0]
    const feedback = passed ? '' : place ? `Against the schema at ${place.path.join('.') || 'the top'}: ${place.message}.` : `${wrong}.`
    return {
      reward: fits ? share : 0,
      passed,
      parts: { answer: share, format: Number(fits) },
      reason: passed ? 'correct' : wrong,
      feedback,
    }
  },
})
