import type { Random } from '@whetstone/core'
import { drawAddition, drawOperator, operatorLine, operatorTask } from '@whetstone/tasks'
import type { Lesson } from './seed-course.ts'

export type SeedRow = { prompt: string; completion: string }
/** What stands before an operator prompt: the key's own line, nothing, or the line of another key, which says nothing about this one. */
export type LineKind = 'right' | 'none' | 'wrong'

/** Half of a lesson is addition; the rest are operators. */
const additionShare = 0.5
/** Share of sums with 5 digits in a lesson that tastes them: a dozen rows. */
const tasteShare = 0.005
/** As many lines of other keys as own ones: a model that only looks whether there is a line follows any. */
const lineKinds: readonly LineKind[] = ['right', 'right', 'none', 'wrong', 'wrong']
/** How often the newest level is drawn for each older one. */
const newestWeight = 3

/**
 * Rows of one lesson: sums up to `top` digits, and operators of keys drawn afresh for every row, so that lines are read and no key is
 * learned. All from the train split.
 */
export function drawRows(next: Random, count: number, { top, phase }: Pick<Lesson, 'top' | 'phase'>): SeedRow[] {
  const levels = [...Array.from({ length: top - 1 }, (_, i) => i + 1), ...Array<number>(newestWeight).fill(top)]
  return Array.from({ length: count }, () => {
    if (next() >= additionShare) return drawOperatorRow(next, pick(next, lineKinds))
    const level = phase === 'taste' && next() < tasteShare ? top + 1 : pick(next, levels)
    const { prompt, reference } = drawAddition(next, level, 'train')
    return { prompt, completion: reference }
  })
}

export function drawOperatorRow(next: Random, kind: LineKind): SeedRow {
  const { key, name } = drawOperator(next)
  const task = operatorTask(key, name, digit(next), digit(next), 'train')
  const line = kind === 'none' ? '' : kind === 'right' ? operatorLine(key, name) : otherLine(next, key)
  return { prompt: line + task.prompt, completion: task.reference }
}

function otherLine(next: Random, key: string): string {
  for (;;) {
    const other = drawOperator(next)
    if (other.key !== key) return operatorLine(other.key, other.name)
  }
}

const digit = (next: Random) => Math.floor(next() * 10)
const pick = <T>(next: Random, from: readonly T[]): T => from[Math.floor(next() * from.length)] as T
