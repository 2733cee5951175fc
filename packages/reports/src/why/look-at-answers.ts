import { rate, type Trace } from '@whetstone/core'
import type { RoundReader } from '@whetstone/runs'
import { answerOf } from '../compare/answers-of.ts'

/** What failed train attempts answered, and what that suggests. */
export type AnswersSeen = {
  /** Failed attempts that were looked at. */
  failed: number
  reasons: string[]
  examples: { task: string; prompt: string; expected: string | null; answer: string; why: string }[]
}

/** Attempts looked at: the first of the round tell enough. */
const most = 2000
/** From this share of the failed attempts on a likely reason is named. */
const telling = 0.2

const plain = (text: string) => text.toLowerCase().replace(/\s+/g, ' ').trim()

/** Looks at what a round's failed train attempts said: cut off, empty, beside the form that the grader wants, the same again and again. */
export async function lookAtAnswers(reader: RoundReader, examples = 3): Promise<AnswersSeen | null> {
  const expected = new Map<string, { prompt: string; reference: string }>()
  for await (const { id, prompt, reference, split } of reader.tasks()) if (split === 'train') expected.set(id, { prompt, reference })
  const failed: Trace[] = []
  let looked = 0
  for await (const trace of reader.traces.rows()) {
    if (looked++ >= most) break
    if (!trace.grade.passed) failed.push(trace)
  }
  if (failed.length === 0) return null
  const share = (is: (trace: Trace, answer: string) => boolean) =>
    failed.filter((trace) => is(trace, plain(answerOf(trace)))).length / failed.length
  const reasons: string[] = []
  const name = (part: number, says: string) => {
    if (part >= telling) reasons.push(`${rate(part)} of the failed answers ${says}`)
  }
  name(
    share(({ truncated, finish }) => truncated || finish === 'length'),
    'were cut off at the limit of tokens: --set sampling.maxTokens=…',
  )
  name(
    share(({ finish }) => finish === 'vocabulary'),
    'are none: the prompt holds characters that this model cannot read (--model names another)',
  )
  name(
    share(({ finish }) => finish === 'context'),
    'are none: the prompt does not fit into the context (--set settings.context=…)',
  )
  name(
    share(({ finish }, answer) => answer === '' && finish !== 'vocabulary' && finish !== 'context'),
    'are empty: the model ends at once, so its chat template or the instruction may not suit it',
  )
  const holds = (trace: Trace, answer: string) => {
    const gold = plain(expected.get(trace.task)?.reference ?? '')
    return gold !== '' && answer !== gold && answer.includes(gold) && !plain(expected.get(trace.task)?.prompt ?? '').includes(gold)
  }
  name(
    share(holds),
    'hold the right answer among other words: the form is not what the grader wants (another grader, or a stricter instruction in the recipe)',
  )
  name(
    share((trace, answer) => answer.length > 8 && plain(expected.get(trace.task)?.prompt ?? '').startsWith(answer.slice(0, 40))),
    'repeat the question: the model goes on with the prompt, it does not answer it (an instruction-tuned model does)',
  )
  const [same] = [...Map.groupBy(failed, (trace) => plain(answerOf(trace))).entries()].toSorted((a, b) => b[1].length - a[1].length)
  const tasks = new Set(same?.[1].map(({ task }) => task)).size
  if (same && same[0] !== '' && tasks > 4)
    name(same[1].length / failed.length, `are the same, ${JSON.stringify(same[0].slice(0, 40))}, whatever was asked`)
  const why = [...Map.groupBy(failed, ({ grade }) => grade.reason.replace(/\d+/g, 'N').slice(0, 60)).entries()].toSorted(
    (a, b) => b[1].length - a[1].length,
  )[0]
  if (why && why[1].length / failed.length >= telling && why[0] !== '' && why[0] !== 'wrong answer')
    reasons.push(`The grader's word on ${rate(why[1].length / failed.length)} of them: ${(why[1][0] as Trace).grade.reason.slice(0, 80)}`)
  return {
    failed: failed.length,
    reasons,
    examples: spread(failed, examples).map((trace) => ({
      task: trace.task,
      prompt: expected.get(trace.task)?.prompt ?? trace.messages.findLast(({ role }) => role === 'user')?.content ?? '',
      expected: expected.get(trace.task)?.reference ?? null,
      answer: answerOf(trace),
      why: trace.finish === 'stop' ? trace.grade.reason : trace.finish,
    })),
  }
}

/** Some of them, of several tasks. */
function spread(failed: readonly Trace[], wanted: number): Trace[] {
  const tasks = [...Map.groupBy(failed, ({ task }) => task).values()].map(([first]) => first as Trace)
  const step = Math.max(1, Math.floor(tasks.length / Math.max(1, wanted)))
  return tasks.filter((_, at) => at % step === 0).slice(0, wanted)
}
