import { z } from 'zod'
import { grader } from '../grader.ts'
import { extractAnswer } from '../verify/maths/extract.ts'
import { normalised } from '../verify/normalised.ts'

const loosely = { case: false, spaces: false, punctuation: false, articles: false, accents: true, unicode: 'NFKC' } as const

export default grader({
  name: 'set-f1',
  about: 'a set of items: the reward is the F1 of those named against the gold ones, passed from a threshold on',
  settings: z.strictObject({
    separator: z.string().min(1).default(',;|\n，、；').describe('characters that part items'),
    threshold: z.number().gt(0).max(1).default(1).describe('F1 from which an answer passes'),
    words: z.boolean().default(false).describe('each word is an item, as in SQuAD'),
  }),
  problem: (gold, settings) => (itemsOf(gold, settings).size === 0 ? 'holds no items' : null),
  // A list of items is one set; a list of sets is several accepted ones.
  accepted: (golds, settings) =>
    !settings.words && golds.length > 1 && golds.every((gold) => itemsOf(gold, settings).size === 1)
      ? [golds.join(settings.separator[0])]
      : golds,
  grade({ gold, answer }, settings) {
    const text = announcedList(answer)
    const [wanted, given] = [itemsOf(gold, settings), itemsOf(text, settings)]
    const shared = [...given].filter((item) => wanted.has(item)).length
    const f1 = given.size + wanted.size === 0 ? 0 : (2 * shared) / (given.size + wanted.size)
    const passed = wanted.size > 0 && f1 >= settings.threshold
    const [precision, recall] = [given.size === 0 ? 0 : shared / given.size, wanted.size === 0 ? 0 : shared / wanted.size]
    const reason = given.size === 0 ? 'no answer' : passed ? 'correct' : 'wrong answer'
    const feedback = passed ? '' : `${given.size} items were read, ${shared} of them right.`
    return { reward: f1, passed, parts: { answer: f1, precision, recall }, reason, feedback }
  },
})

/** Announced items go on to the end of the line; without an announcement or box the whole answer is the list. */
function announcedList(answer: string): string {
  const box = /\\boxed/.test(answer) ? extractAnswer(answer, true) : null
  const line = [...answer.matchAll(/(?:\banswers?\b(?:\s+(?:is|are))?\s*:?|####)[ \t]*([^\n]+)/gi)].at(-1)?.[1]
  return box ?? line ?? answer
}

function itemsOf(text: string, { separator, words }: { separator: string; words: boolean }): Set<string> {
  const bare = text.trim().replace(/^[[{(]|[\]})]\.?$|\.$/g, '')
  const parts = words
    ? normalised(bare, loosely).split(/\s+/)
    : bare.split(
        new RegExp(
          `[${separator.replace(/[\\\]^-]/g, '\\$&')}]|\\s+(?:and|et|und|och|og|и)\\s+|(?<=[\\u3040-\\u9fff])(?:和|と|及び)(?=[\\u3040-\\u9fff])`,
          'u',
        ),
      )
  const unmarked = parts.map((part) => normalised(part.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, ''), loosely))
  return new Set(unmarked.filter((item) => item !== ''))
}
