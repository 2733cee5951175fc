/** The letter of a gold answer that is nothing but a label, `B`, `(B)`, `\text{(B)}`, or one with its text, `(B) 12`; null for all else. */
export function choiceOf(gold: string): string | null {
  const text = unmarked(gold)
  return /^([A-Z])$/.exec(text)?.[1] ?? /^\(([A-Z])\)(?:\s|$)/.exec(text)?.[1] ?? /^([A-Z])[.):]\s*\S/.exec(text)?.[1] ?? null
}

const label = /\(\s*([A-Za-z])\s*\)|\[\s*([A-Za-z])\s*\]|(?<![A-Za-z0-9'’])([A-Z])(?![A-Za-z0-9'’])/g
/** "I choose B", "go with (A)"; not "with A dog". */
const named = /\b(?:option|choice|answer|choose|pick|select|take|with|is|be)\s+\(?(?:[B-HJ-Z]|[AI](?!\s+[a-z]))\)?(?![A-Za-z'’])/
/** `A` and `I` are words too: alone before other words they are no labels. */
const article = /^[AI]\s+[a-z]/

/**
 * The one label that an answer gives: `B`, `b`, `(B)`, `B. Paris`, `option B`, `B: 12`. Null where it gives none, or more than one: who names
 * two choices has made none.
 */
export function readChoice(answer: string): string | null {
  const text = unmarked(answer).replace(
    /^(?:(?:probably|likely|most likely|definitely|certainly|clearly|simply|therefore)\s+)?(?:(?:option|choice|answer|letter)\s+|ans\.?\s*[:=-]?\s+)?/i,
    '',
  )
  if (/^[-+]/.test(text)) return null
  if (/^\(?[A-Za-z]\)?$/.test(text)) return text.replace(/[()]/g, '')
  const [head, rest] = split(text)
  if (head === null) {
    const inside = [...text.replace(/\bI(?=\s+[a-z])|\bnot\s+\(?[A-Z]\)?(?![A-Za-z])/g, ' ').matchAll(label)].map(
      (match) => (match[1] ?? match[2] ?? match[3]) as string,
    )
    const isNamed = named.test(text)
    return new Set(inside).size === 1 && (isNamed || /\([A-Z]\)/.test(text)) ? (inside[0] as string) : null
  }
  // What it is not is no second choice.
  const others = [
    ...rest
      .replace(/\bnot\s+\(?[A-Z]\)?(?![A-Za-z])/g, ' ')
      .matchAll(/\(([A-Z])\)|(?:^|[\s,;&/]|\b(?:and|or)\s+)([A-Z])(?=\s*(?:$|[.):,;]|and\b|or\b))/g),
  ].map((match) => match[1] ?? match[2])
  return others.some((other) => other !== head.toUpperCase()) ? null : head
}

/** The label in front and what follows it; null where no label stands in front. */
function split(text: string): [head: string | null, rest: string] {
  const match = /^\(([A-Za-z])\)|^\[([A-Za-z])\]|^([A-Za-z])(?=\s*[.):]|\s*,?\s+(?:and|or)\b|\s*[,;&/])|^([A-Z])(?=\s)/.exec(text)
  const head = match?.[1] ?? match?.[2] ?? match?.[3] ?? match?.[4]
  if (!match || head === undefined || (match[4] !== undefined && article.test(text))) return [null, text]
  return [head, text.slice(match[0].length)]
}

const unmarked = (text: string) =>
  text
    .replace(/\\(?:text|textbf|mathrm|mathbf|textit|mbox|boxed|rm|bf)(?![A-Za-z])\s*/g, '')
    .replace(/\\[,;:! ()[\]]|[{}$*_`"]|\\q?quad/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/(?<=^\(?[A-Za-z]\)?)\s*(?:です|でした|だ|である|입니다|이다|예요|है|।)$/u, '')
    .replace(/[.,;!]+$/, '')
    .replace(/^['‘](.*)['’]$/, '$1')
