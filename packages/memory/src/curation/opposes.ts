import type { Memory } from '@whetstone/core'

type Advice = Pick<Memory, 'title' | 'description' | 'content'>

const negations = new Set(
  "not never no don't dont do-not doesn't doesnt avoid without cannot can't cant shouldn't mustn't stop refrain nor neither instead-of".split(
    ' ',
  ),
)
/** Words that turn advice into its opposite when one stands for the other. */
const antonyms =
  'always/never add/subtract plus/minus multiply/divide increase/decrease more/less before/after first/last largest/smallest maximum/minimum greater/smaller include/exclude up/down left/right top/bottom start/end forward/backward ascending/descending even/odd positive/negative true/false yes/no above/below inside/outside same/different with/without early/late odd/even numerator/denominator require/forbid'
    .split(' ')
    .map((pair) => pair.split('/') as [string, string])
const opposite = new Map(
  antonyms.flatMap(
    ([a, b]) =>
      [
        [a, b],
        [b, a],
      ] as [string, string][],
  ),
)
const filler = new Set(
  'a an the to of and or in on at is are be it its this that you your when for as by with always then so do does should must can'.split(
    ' ',
  ),
)

const words = (text: string) =>
  text
    .toLowerCase()
    .replace(/[\u2019]/g, "'")
    .replace(/\binstead of\b/g, 'instead-of')
    .match(/[a-z][a-z'-]*|\d+(?:\.\d+)?/g) ?? []

/** What a line such as `kx=a;` or `capacity: 12` says of its subject; null for prose. */
function assignment(text: string): { subject: string; value: string } | null {
  const [, subject, value] = /^\s*([\p{L}\p{N}_. ]{1,40}?)\s*(?:=|:=|->|→|:)\s*([^\s;][^;\n]{0,80}?)\s*;?\s*$/u.exec(text) ?? []
  return subject === undefined || value === undefined ? null : { subject: subject.toLowerCase(), value: value.toLowerCase() }
}

/** Share of words that two sets have in common, of all of them (Jaccard). */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let both = 0
  for (const word of a) if (b.has(word)) both++
  return a.size + b.size === 0 ? 0 : both / (a.size + b.size - both)
}

/**
 * Whether two memories give opposite advice on one subject: they assign different values to one name, or they say nearly the same with one negation or antonym turned around. Words only, no model: it
 * sees the plain contradictions that reflection produces from a success and a failure of one kind, and leaves the subtle ones to the lift.
 */
export function opposes(a: Advice, b: Advice): boolean {
  const [first, second] = [assignment(a.content), assignment(b.content)]
  if (first && second) return first.subject === second.subject && first.value !== second.value
  return opposedText(a.content, b.content) || opposedText(`${a.title}. ${a.content}`, `${b.title}. ${b.content}`)
}

function opposedText(a: string, b: string): boolean {
  const [said, other] = [words(a), words(b)]
  const content = (list: readonly string[]) => new Set(list.filter((word) => !negations.has(word) && !filler.has(word)))
  const negated = (list: readonly string[]) => list.filter((word) => negations.has(word)).length % 2
  const [mine, theirs] = [content(said), content(other)]
  // Antonyms that stand against each other count as one shared word.
  let turned = 0
  for (const word of mine) {
    const against = opposite.get(word)
    if (against !== undefined && theirs.has(against) && !theirs.has(word) && !mine.has(against)) {
      turned++
      mine.delete(word)
      theirs.delete(against)
    }
  }
  if (Math.min(mine.size, theirs.size) < 2 || overlap(mine, theirs) < 0.6) return false
  return (negated(said) + negated(other) + turned) % 2 === 1
}
