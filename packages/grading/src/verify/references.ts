import { findNumbers } from './number/find-numbers.ts'
import { plainText } from './number/plain-text.ts'
import { sameNumber } from './number/same-number.ts'
import type { Written } from './number/written.ts'
import { readGoldNumber } from './number.ts'

/** The gold results of a task: a list beside its answer, or in it, parted by `;` or lines, the answer last. */
export function referencesOf(gold: string, given: unknown): { steps: string[]; answer: string } {
  if (Array.isArray(given)) return { steps: given.map(String), answer: gold }
  if (typeof given === 'string' && given.trim() !== '') return { steps: given.split(/[;\n]/).map((step) => step.trim()), answer: gold }
  const parts = gold
    .split(/[;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
  return { steps: parts.slice(0, -1), answer: parts.at(-1) ?? '' }
}

/**
 * How many of the references a solution reaches in their order (the longest common subsequence), and how many results it states: what
 * stands behind the last `=` of each line or sentence, else its last number.
 */
export function referencesReached(solution: string, references: readonly string[]): { reached: number; results: number } {
  const results = plainText(solution.slice(-20_000))
    .replace(/<<[^<>\n]*>>/g, '')
    .split(/\n|(?<=[.;!?])\s+/)
    .flatMap((sentence): Written[] => {
      const found = findNumbers(sentence.slice(sentence.lastIndexOf('=') + 1))
      const last = sentence.includes('=') ? found[0] : found.at(-1)
      return last?.written ? [last.written] : []
    })
    .slice(0, 500)
  const wanted = references.map(readGoldNumber)
  let row = Array<number>(wanted.length + 1).fill(0)
  for (const result of results) {
    const next = [0]
    for (const [i, gold] of wanted.entries()) {
      const isSame = gold !== null && sameNumber(gold, result)
      next.push(isSame ? (row[i] as number) + 1 : Math.max(next[i] as number, row[i + 1] as number))
    }
    row = next
  }
  return { reached: row.at(-1) as number, results: results.length }
}
