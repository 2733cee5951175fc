import type { Completion, LanguageModel, Model } from '@whetstone/core'
import { deriveSeed, isFault, random } from '@whetstone/core'
import llamaSample from '@whetstone/inference/backends/llama-sample.ts'
import type { ChainsMode, ChainsRow } from './chains-rows.ts'
import { critiqueRow, drawChainsRow, drawSplitChain, reviseRow } from './chains-rows.ts'
import { chainText, traceText } from '@whetstone/tasks'

/** Share of right answers by group: `direct 4`, `key right`, `revise`. */
export type ChainsAccuracies = Readonly<Record<string, number>>

/** Groups of questions, and the levels that they are drawn from in turn. */
const groups: readonly (readonly [name: string, mode: ChainsMode, levels: readonly number[]])[] = [
  ...[1, 2, 3, 4, 5, 6, 7].map((level) => [`direct ${level}`, 'direct', [level]] as const),
  ...(['key right', 'key none', 'key wrong'] as const).map((mode) => [mode, mode, [1, 2, 3]] as const),
  ['hint', 'hint', [1, 2, 3, 4]],
  ['told', 'told', [1, 2, 3]],
  ['revise', 'revise', [1, 2, 3, 4]],
  ['revise 5', 'revise', [5]],
  ['critique', 'critique', [1, 2, 3, 4]],
  ['verdict', 'verdict', [2, 3, 4]],
  ['piece', 'piece', [2, 4, 6, 8, 10, 12]],
  ['summary', 'summary', [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
  ['summary 12', 'summary', [11, 12]],
]

type Options = { seed: number; each: number; threads: number; signal: AbortSignal }

/** Greedy answers of a model to questions of the validation split, which no lesson holds. */
export async function measureChains(model: Model, { seed, each, threads, signal }: Options): Promise<ChainsAccuracies> {
  await using opened = await llamaSample().open(model, { concurrency: 64, context: 256, threads, signal })
  const rows = groups.flatMap(([name, mode, levels]) => {
    const next = random(deriveSeed(seed, name))
    return Array.from({ length: each }, (_, i) => ({
      name,
      row: drawChainsRow(next, mode, levels[i % levels.length] as number, 'validation'),
    }))
  })
  const answers = await answer(
    opened,
    rows.map(({ row }) => row.turns),
    0,
    seed,
  )
  const right = new Map<string, number>()
  for (const [i, { name, row }] of rows.entries()) right.set(name, (right.get(name) ?? 0) + Number(isRight(row, answers[i]!)))
  return Object.fromEntries([...right].map(([name, count]) => [name, count / each]))
}

/**
 * What a model does about its own errors at five operations: how often it is right when it revises them by a faultless critique, in a fresh attempt
 * at temperature 1, and how often its own critique names the first wrong part (`chance`: one drawn from the parts that it wrote).
 */
export async function measureOwnErrors(model: Model, { seed, each, threads, signal }: Options) {
  await using opened = await llamaSample().open(model, { concurrency: 64, context: 256, threads, signal })
  const next = random(deriveSeed(seed, 'own errors'))
  const problems = Array.from({ length: each }, () => drawSplitChain(next, 5, 'validation')).map((chain) => ({
    problem: `${chainText(chain)}?`,
    trace: traceText(chain),
  }))
  const first = await answer(
    opened,
    problems.map(({ problem }) => [problem]),
    0,
    seed,
  )
  const wrong = problems.flatMap((each, i) => (first[i] === each.trace ? [] : [{ ...each, given: first[i]! }]))
  const revised = await answer(
    opened,
    wrong.map(({ problem, trace, given }) => reviseRow(problem, given, trace).turns),
    0,
    seed,
  )
  const fresh = await answer(
    opened,
    wrong.map(({ problem }) => [problem]),
    1,
    seed,
  )
  const named = await answer(
    opened,
    wrong.map(({ problem, trace, given }) => critiqueRow(problem, given, trace).turns),
    0,
    seed,
  )
  const blamed = (text: string) => (text.includes('!') ? text.slice(text.lastIndexOf('!') + 1, -1) : null)
  const count = (of: (each: (typeof wrong)[number], i: number) => boolean) => wrong.filter(of).length
  return {
    asked: each,
    wrong: wrong.length,
    revised: count(({ trace }, i) => revised[i] === trace),
    fresh: count(({ trace }, i) => fresh[i] === trace),
    located: count(({ trace, given }, i) => blamed(named[i]!) === blamed(critiqueRow('', given, trace).answer)),
    chance: wrong.reduce((sum, { given }) => sum + 1 / Math.max(1, given.split(';').length), 0),
  }
}

/** A verdict is its last letter; of a critique, what follows the thought. */
function isRight({ turns, answer: due }: ChainsRow, given: string): boolean {
  const last = turns.at(-1) as string
  if (last.endsWith(':')) return given.at(-1) === due.at(-1)
  if (last === '!') return said(given) === said(due)
  return given === due
}

/** What a critique says once it has thought: the wrong part and its category, or that there is none. */
const said = (critique: string) => (critique.includes('!') ? critique.slice(critique.lastIndexOf('!') + 1) : critique.slice(-1))

async function answer(model: LanguageModel, asked: readonly (readonly string[])[], temperature: number, seed: number): Promise<string[]> {
  const requests = asked.map((turns, i) => ({
    id: String(i),
    messages: turns.map((content, turn) => ({ role: turn % 2 ? ('assistant' as const) : ('user' as const), content })),
    seed: deriveSeed(seed, 'answer', i),
    sampling: { temperature, maxTokens: 128 },
  }))
  const texts: string[] = Array<string>(asked.length).fill('')
  for await (const reply of model.generate(requests))
    if (!isFault(reply) && reply.finish === 'stop') texts[Number(reply.id)] = (reply as Completion).text
  return texts
}
