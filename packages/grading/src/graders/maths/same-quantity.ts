import { sameNumber } from '../number/same-number.ts'
import type { Leaf } from './answer.ts'

/** What a quantity is measured in, where it is said and known. */
export const measure = ({ unit, percent }: Leaf): string | null => (percent ? 'percent' : unit)

/** Decides on two quantities what needs no engine: false for known units that differ, the verdict on plain numbers, else null. */
export function sameQuantity(gold: Leaf, answer: Leaf): boolean | null {
  const [a, b] = [measure(gold), measure(answer)]
  if (a && b && a !== b) return false
  return gold.written && answer.written ? sameNumber(gold.written, answer.written) : null
}
