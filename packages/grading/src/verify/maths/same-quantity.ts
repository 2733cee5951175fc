import { readAnnounced } from '../number/read-announced.ts'
import { sameNumber } from '../number/same-number.ts'
import type { Written } from '../number/written.ts'
import type { Leaf } from './answer.ts'

/** What a quantity is measured in, where it is said and known. */
export const measure = ({ unit, percent }: Leaf): string | null => (percent ? 'percent' : unit)

/** With the unit that stands beside it, for spans of time and compounds. */
const inUnits = ({ written, unit }: Leaf): Written => (unit && !written?.clock ? { unit, ...(written as Written) } : (written as Written))

const spans = new Set(['second', 'minute', 'hour', 'day', 'week'])
/** Degrees may be of either scale where it is not said. */
const areUnlike = (a: string, b: string) =>
  a !== b && ![`${a} ${b}`, `${b} ${a}`].some((pair) => /^degree (?:celsius|fahrenheit)$/.test(pair))
const areSpans = (a: string, b: string) => spans.has(a) && spans.has(b)

/** Decides on two quantities what needs no engine: false for known units that differ, the verdict on plain numbers, else null. */
export function sameQuantity(gold: Leaf, answer: Leaf): boolean | null {
  const [a, b] = [measure(gold), measure(answer)]
  if (a && b && areUnlike(a, b) && !areSpans(a, b)) return false
  if (gold.written && answer.written) return sameNumber(inUnits(gold), inUnits(answer))
  if (a && b && areUnlike(a, b)) return false
  const glued =
    gold.written && !gold.written.clock ? /^([-+]?\d+(?:\.\d+)?)(?:[gshlL]|m(?:\^\{?[23]\}?)?)$/.exec(answer.latex)?.[1] : undefined
  const written = glued === undefined ? null : readAnnounced(glued, 'gold')?.written
  return gold.written && written ? sameNumber(gold.written, written) : null
}
