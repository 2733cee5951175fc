import { pick, type Draw, type Made } from './draw.ts'
import { makeExpressions } from './make-expressions.ts'
import { makeNumbers } from './make-numbers.ts'
import { makeWords } from './make-words.ts'

/** A gold answer, another answer made from it by a change, and whether that change keeps its meaning: known from how it was made. */
export type MadePair = { kind: string; change: string; gold: string; answer: string; same: boolean }

const makers: Record<string, (draw: Draw) => Made> = { ...makeNumbers, ...makeExpressions, ...makeWords }
export const pairKinds = Object.keys(makers)

export function drawPair(kind: string, draw: Draw): MadePair {
  const { gold, changes } = (makers[kind] as (draw: Draw) => Made)(draw)
  const [change, answer, same] = pick(draw, changes)
  return { kind, change, gold, answer, same }
}
