import type { Grade } from '@whetstone/core'

/**
 * How an answer must be laid out: these XML-like tags, each once, in this order, with nothing outside them. `answer` names the tag whose
 * content is graded.
 */
export type Layout = { tags: readonly string[]; answer: string }

/**
 * Checks the layout: the share of tags that are there exactly once, opened before closed, not empty, and in order; less when text stands
 * outside them.
 */
export function checkFormat(output: string, { tags }: Layout): { score: number; problems: string[] } {
  const problems: string[] = []
  let from = 0
  let outside = output
  for (const tag of tags) {
    const [open, close] = [`<${tag}>`, `</${tag}>`]
    const [start, end] = [output.indexOf(open), output.indexOf(close)]
    if (start < 0 || end < 0) problems.push(`${start < 0 ? open : close} is missing`)
    else if (output.indexOf(open, start + 1) >= 0 || output.indexOf(close, end + 1) >= 0) problems.push(`<${tag}> stands more than once`)
    else if (end < start || start < from) problems.push(`<${tag}> is out of order`)
    else if (output.slice(start + open.length, end).trim() === '') problems.push(`<${tag}> is empty`)
    else {
      outside = outside.replace(output.slice(start, end + close.length), '')
      from = end
    }
  }
  const score = tags.length === 0 ? 1 : (tags.length - problems.length) / tags.length
  if (problems.length > 0 || outside.trim() === '') return { score, problems }
  return { score: score * 0.5, problems: ['there is text outside the tags'] }
}

/** The content of the answer's tag (the last one), or the whole output where there is none. */
export function taggedAnswer(output: string, { answer }: Layout): string {
  const start = output.lastIndexOf(`<${answer}>`)
  if (start < 0) return output
  const content = output.slice(start + answer.length + 2)
  const end = content.indexOf(`</${answer}>`)
  return (end < 0 ? content : content.slice(0, end)).trim()
}

/**
 * The combined score of R3: correctness, and a smaller share (`weight`) for the layout. The answer inside its tag is what `grade` sees;
 * `passed` is its verdict, so that a well laid out wrong answer never counts as solved and a right one without tags is still right.
 */
export async function gradeFormat(
  output: string,
  layout: Layout,
  grade: (answer: string) => Promise<Grade> | Grade,
  weight = 0.2,
): Promise<Grade> {
  const { score, problems } = checkFormat(output, layout)
  const inner = await grade(taggedAnswer(output, layout))
  return {
    reward: (1 - weight) * inner.reward + weight * score,
    passed: inner.passed,
    parts: { ...inner.parts, format: score },
    reason: problems.length > 0 ? `${inner.reason}, format: ${problems.join(', ')}` : inner.reason,
    feedback: [inner.feedback, ...problems.map((problem) => `Format: ${problem}.`)].filter((text) => text !== '').join(' '),
  }
}
