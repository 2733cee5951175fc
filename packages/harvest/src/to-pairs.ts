import type { Message, Pair, Rows, Span, Trace } from '@whetstone/core'
import { z } from 'zod'
import { answerOf } from './answer-of.ts'
import { lesser, rowTokens, type RowTokens } from './row-tokens.ts'

/** How two answers to one prompt become a pair. */
export const Pairing = z.strictObject({
  by: z
    .enum(['passed', 'best-worst', 'near-miss', 'rewrite', 'step'])
    .default('passed')
    .describe(
      'passed: a passed and a failed answer; best-worst: the highest and the lowest reward; near-miss: a passed answer and the failed one that goes with it longest; rewrite: what an attempt became and what it was before; step: as near-miss, after at least one whole step (line, or part before a semicolon) in common, which gets no gradient',
    ),
  margin: z.number().min(0).max(1).default(0).describe('least difference of the two rewards'),
  lengthRatio: z
    .number()
    .gt(1)
    .optional()
    .describe(
      'the longer answer has at most so many times the characters of the shorter, so that length is not what is learned; absent: any',
    ),
})
export type Pairing = z.output<typeof Pairing>
export type PairOptions = { perTask: number; vocabulary: string | null; pairing?: Pairing }

/**
 * Preference pairs of traces in the order of their tasks, at most `perTask` a prompt; truncated answers are no lesson and left out, and so is
 * a pair of equal answers. `vocabulary` as in toExample.
 */
export async function* toPairs(traces: Rows<Trace>, options: PairOptions): AsyncGenerator<Pair> {
  let attempts: Trace[] = []
  for await (const trace of traces) {
    if (trace.truncated || trace.messages.at(-1)?.role !== 'assistant') continue
    if (attempts[0] && attempts[0].task !== trace.task) {
      yield* pairsOf(attempts, options)
      attempts = []
    }
    attempts.push(trace)
  }
  yield* pairsOf(attempts, options)
}

type Match = { win: Trace; loss: Trace }

/** The pairs of one task's attempts. */
function pairsOf(attempts: readonly Trace[], { perTask, vocabulary, pairing = Pairing.parse({}) }: PairOptions): Pair[] {
  const groups = Map.groupBy(attempts, (trace) => JSON.stringify(trace.messages.slice(0, -1)))
  return [...groups.values()].flatMap((group) =>
    matches(group, pairing, perTask)
      .slice(0, perTask)
      .map((match) => toPair(match, vocabulary, pairing.by === 'step')),
  )
}

/** Pairs of answers to one prompt, the best first; each answer in one. */
function matches(group: readonly Trace[], pairing: Pairing, most: number): Match[] {
  const { by } = pairing
  const fits = ({ win, loss }: Match) => isPair(win, loss, pairing)
  if (by === 'rewrite')
    return [...Map.groupBy(group, ({ id }) => id).values()]
      .flatMap((versions) => (versions.length > 1 ? [{ win: versions.at(-1) as Trace, loss: versions[0] as Trace }] : []))
      .filter(fits)
  if (by === 'best-worst') {
    const ordered = group.toSorted((a, b) => b.grade.reward - a.grade.reward)
    return inTurns(ordered, ordered.toReversed(), fits, most)
  }
  const won = group.filter(({ grade }) => grade.passed)
  const lost = group.filter(({ grade }) => !grade.passed && !grade.undecided)
  if (by === 'passed') return inTurns(won, lost, fits, most)
  const shared = ({ win, loss }: Match) => (by === 'step' ? sharedSteps : sharedPrefix)(answerOf(win), answerOf(loss))
  return won
    .flatMap((win) => lost.map((loss) => ({ win, loss })))
    .filter(fits)
    .map((match) => ({ match, shared: shared(match) }))
    .filter((each) => by !== 'step' || each.shared > 0)
    .sort((a, b) => b.shared - a.shared)
    .reduce<Match[]>(
      (chosen, { match }) => (chosen.some(({ win, loss }) => win === match.win || loss === match.loss) ? chosen : [...chosen, match]),
      [],
    )
}

/** Each winner with the first loser that goes with it and is free. */
function inTurns(won: readonly Trace[], lost: readonly Trace[], fits: (match: Match) => boolean, most: number): Match[] {
  const used = new Set<Trace>()
  const chosen: Match[] = []
  for (const win of won) {
    if (chosen.length === most) break
    if (used.has(win)) continue
    const loss = lost.find((each) => each !== win && !used.has(each) && fits({ win, loss: each }))
    if (!loss) continue
    used.add(win).add(loss)
    chosen.push({ win, loss })
  }
  return chosen
}

function isPair(win: Trace, loss: Trace, { by, margin, lengthRatio = Infinity }: Pairing): boolean {
  const [a, b] = [answerOf(win), answerOf(loss)]
  const difference = win.grade.reward - loss.grade.reward
  const better = by === 'passed' || by === 'near-miss' || by === 'step' ? win.grade.passed && !loss.grade.passed : difference > 0
  const [long, short] = [Math.max(a.length, b.length), Math.max(1, Math.min(a.length, b.length))]
  return better && a !== b && difference >= margin - 1e-9 && long <= lengthRatio * short
}

/** Characters from the beginning in which two texts are the same. */
function sharedPrefix(a: string, b: string): number {
  let at = 0
  while (at < a.length && at < b.length && a[at] === b[at]) at++
  return at
}
/** Steps end with a line, or with a semicolon where they stand in one. */
const sharedSteps = (a: string, b: string) => a.slice(0, sharedPrefix(a, b)).split(/[\n;]/).length - 1

function toPair({ win, loss }: Match, vocabulary: string | null, fromStep: boolean): Pair {
  const [won, lost] = [win, loss].map(({ calls, messages }) => rowTokens(calls, messages, vocabulary)) as [RowTokens, RowTokens]
  const weaker = lesser(won.origin, lost.origin)
  // Equal messages are rendered alike but for what the template was told; then the prompt is rendered again.
  const origin = weaker === 'own' && won.promptText !== lost.promptText ? 'reprompted' : weaker
  const common = fromStep && won.ids && lost.ids ? sharedIds(won.ids, lost.ids) : 0
  const last = ({ messages }: Trace): Message[] => messages.slice(-1)
  return {
    prompt: win.messages.slice(0, -1),
    chosen: last(win),
    rejected: last(loss),
    weight: 1,
    traces: { chosen: win.id, rejected: loss.id },
    origin,
    promptText: origin === 'own' ? won.promptText : null,
    templateArguments: won.templateArguments,
    vocabulary: won.vocabulary ?? lost.vocabulary,
    ids: { chosen: won.ids, rejected: lost.ids },
    forced: { chosen: withoutGradient(won.forced, common), rejected: withoutGradient(lost.forced, common) },
  }
}

function sharedIds(a: readonly number[], b: readonly number[]): number {
  let at = 0
  while (at < a.length && at < b.length && a[at] === b[at]) at++
  // Something must be left to learn from.
  return Math.min(at, a.length - 1, b.length - 1)
}

/** Spans that get no gradient, with the first `common` tokens among them. */
const withoutGradient = (spans: readonly Span[], common: number): Span[] =>
  common <= 0 ? [...spans] : [[0, common], ...spans.flatMap(([from, to]): Span[] => (to <= common ? [] : [[Math.max(from, common), to]]))]
