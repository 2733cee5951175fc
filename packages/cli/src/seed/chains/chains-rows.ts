import type { Message, Random } from '@whetstone/core'
import type { Chain, ErrorCategory } from '@whetstone/tasks'
import {
  chainKeyLine,
  chainKeyRule,
  chainKeys,
  chainKeyTask,
  chainSigns,
  chainTask,
  chainText,
  checkTrace,
  corruptTrace,
  critiqueText,
  drawChain,
  readChain,
  restOf,
  traceText,
} from '@whetstone/tasks'

/** What models/chains is asked to do; `key none` and `key wrong` are its questions about keys without a line, or with another key's; `told`: a key that was taken for the wrong sign, and a critic who tells what it stands for. */
export const chainsModes = [
  'direct',
  'key right',
  'key none',
  'key wrong',
  'hint',
  'told',
  'revise',
  'critique',
  'verdict',
  'piece',
  'summary',
] as const
export type ChainsMode = (typeof chainsModes)[number]
/** A question: the turns before the answer, and the answer. `trace`: a solution is graded whole; else the text is compared. */
export type ChainsRow = { turns: readonly string[]; answer: string }

/** Most operations of a problem that is summarized, and most steps that were done of it: more would teach the steps themselves. */
const longest = 14
const mostDone = 3
const categories: readonly ErrorCategory[] = ['value', 'operation', 'operand', 'order', 'format']

export const rowMessages = ({ turns, answer }: ChainsRow): Message[] =>
  [...turns, answer].map((content, i) => ({ role: i % 2 ? 'assistant' : 'user', content }))

/** A chain of the split that a seed model may see, or is asked. */
export function drawSplitChain(next: Random, level: number, split: 'train' | 'validation') {
  for (;;) {
    const chain = drawChain(next, level)
    if (level === 0 || chainTask(chain).split === split) return chain
  }
}

/** One row of a mode. `level` counts operations; for summaries it is drawn here. */
export function drawChainsRow(next: Random, mode: ChainsMode, level: number, split: 'train' | 'validation'): ChainsRow {
  if (mode.startsWith('key')) return keyRow(next, mode, level, split)
  if (mode === 'told') return toldRow(next, level, split)
  if (mode === 'summary') return summaryRow(next, level, split)
  const chain = drawSplitChain(next, level, split)
  const [problem, trace] = [`${chainText(chain)}?`, traceText(chain)]
  if (mode === 'direct') return { turns: [problem], answer: trace }
  if (mode === 'hint') return { turns: [`${trace.slice(-2)};${problem}`], answer: trace }
  if (mode === 'verdict') return verdictRow(next, chain)
  if (mode === 'piece') return pieceRow(chain)
  const wrong = corruptTrace(next, chain, pick(next, categories))
  if (mode === 'revise') return reviseRow(problem, wrong, trace)
  return critiqueRow(problem, next() < 0.4 ? trace : wrong, trace)
}

/** A wrong trace, the critique that a faultless critic gives it, and the right one. */
export const reviseRow = (problem: string, wrong: string, trace: string): ChainsRow => ({
  turns: [problem, wrong, `!${critiqueText(checkTrace(trace, wrong).error)}?`],
  answer: trace,
})
/**
 * A critic thinks aloud: it goes through the parts one by one, each copied and then done again, up to the first that comes out otherwise:
 * `3+5=1,3+5=1;1*2=3,1*2=2!1*2=3v`. Without the copy beside it a small model does not find the part that it has to compare.
 */
export function critiqueRow(problem: string, given: string, trace: string): ChainsRow {
  const { error } = checkTrace(trace, given)
  const [written, due] = [given.split(';'), trace.split(';')]
  const thought = Array.from({ length: error?.step ?? due.length }, (_, i) => `${written[i] ?? ''},${due[i] ?? ''}`).join(';')
  return { turns: [problem, given, '!'], answer: `${thought}${error ? '!' : ''}${critiqueText(error)}` }
}

function keyRow(next: Random, mode: ChainsMode, level: number, split: string): ChainsRow {
  const { key, sign, prompt, reference } = drawKeyTask(next, level, split)
  const other = pick(next, chainKeys)
  const line =
    mode === 'key right' ? chainKeyLine(key, sign) : mode === 'key none' || other === key ? '' : chainKeyLine(other, pick(next, chainSigns))
  return { turns: [line + prompt], answer: reference }
}

/** A key, its sign and a task of the split about them. */
function drawKeyTask(next: Random, level: number, split: string) {
  for (;;) {
    const [key, sign] = [pick(next, chainKeys), pick(next, chainSigns)]
    const task = chainKeyTask(next, key, sign, level)
    if (task.split === split) return { key, sign, ...task }
  }
}

/** A key that was taken for another sign, the critique that tells what it stands for, and the right trace. */
function toldRow(next: Random, level: number, split: string): ChainsRow {
  const { key, sign, prompt, reference } = drawKeyTask(next, level, split)
  const taken = pick(
    next,
    chainSigns.filter((each) => each !== sign),
  )
  const wrong = traceText(readChain(prompt.replace(key, taken)) as Chain)
  const { error } = checkTrace(reference, wrong)
  return { turns: [prompt, wrong, `!${critiqueText(error, chainKeyRule(key, sign))}?`], answer: reference }
}

/** Some whole steps, the last of which is wrong in half the rows: what step search asks of a verdict. */
function verdictRow(next: Random, chain: Chain): ChainsRow {
  const valid = traceText(chain).split(';')
  const wrong = corruptTrace(next, chain, pick(next, ['value', 'operation', 'operand', 'order'] as const)).split(';')
  const first = wrong.findIndex((part, i) => part !== valid[i])
  const right = next() < 0.5
  const count = right ? 1 + Math.floor(next() * valid.length) : first + 1
  const parts = (right ? valid : wrong).slice(0, count)
  const ended = (parts.at(-1) as string).startsWith('#')
  return { turns: [`${chainText(chain)}?${parts.join(';')}${ended ? '' : ';'}:`], answer: `${valid[count - 1]}${right ? 'y' : 'n'}` }
}

/** The first steps of a problem that may be long, and its result where they reach it. */
function pieceRow(chain: Chain): ChainsRow {
  const parts = traceText(chain).split(';')
  const answer =
    parts.length <= mostDone + 1
      ? parts.join(';')
      : parts
          .slice(0, mostDone)
          .map((part) => `${part};`)
          .join('')
  return { turns: [`${chainText(chain)}?;`], answer }
}

/** Work that broke off somewhere, and the chain that is left. */
function summaryRow(next: Random, level: number, split: 'train' | 'validation'): ChainsRow {
  const chain = drawSplitChain(next, level, split)
  const done = Math.floor(next() * (Math.min(level, mostDone) + 1))
  const parts = traceText(chain).split(';')
  const broken = (parts[done] as string).slice(0, Math.floor(next() * (parts[done] as string).length))
  const work =
    parts
      .slice(0, done)
      .map((part) => `${part};`)
      .join('') + broken
  return { turns: [`${chainText(chain)}?${work}/`], answer: chainText(restOf(chain, done)) }
}

/** How often a level is drawn in a lesson, by level. */
export type Levels = Readonly<Record<number, number>>
export type Share = { mode: ChainsMode; share: number; levels: Levels }

/** Rows of a lesson, modes and levels by their shares. */
export function drawChainsRows(next: Random, count: number, shares: readonly Share[]): ChainsRow[] {
  return Array.from({ length: count }, () => {
    const { mode, levels } = weighted(next, shares, ({ share }) => share)
    const level = Number(weighted(next, Object.entries(levels), ([, weight]) => weight)[0])
    return drawChainsRow(next, mode, level, 'train')
  })
}
export const summaryLevels: Levels = Object.fromEntries(Array.from({ length: longest }, (_, i) => [i + 1, 1]))

function weighted<T>(next: Random, from: readonly T[], weight: (each: T) => number): T {
  let left = next() * from.reduce((sum, each) => sum + weight(each), 0)
  return from.find((each) => (left -= weight(each)) < 0) ?? (from.at(-1) as T)
}
const pick = <T>(next: Random, from: readonly T[]): T => from[Math.floor(next() * from.length)] as T
