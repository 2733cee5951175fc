import { repeatedKey } from '@whetstone/core'
import { parseDecimal, power, multiply, sameRational, type Rational } from './rational.ts'

/** A JSON value twice: as JavaScript has it, and with its numbers as they are written. */
export type Json = { plain: unknown; exact: unknown }
/** A number's exact value; null where its exponent is beyond what is worked out, so that only its text tells. */
class Exact {
  readonly text: string
  readonly value: Rational | null
  constructor(text: string) {
    const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
    const [base, scale] = [parseDecimal(mantissa), power({ n: 10n, d: 1n }, BigInt(exponent))]
    this.text = text
    this.value = base && scale && multiply(base, scale)
  }
}

const longest = 200_000

/** Parses JSON; undefined where the text is none, or a name stands twice in one object: which one is meant nobody knows. */
export function readJson(text: string): Json | undefined {
  if (text.length > longest) return undefined
  try {
    const exactly = (_key: string, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' ? new Exact(context?.source ?? String(value)) : value
    const read = { plain: JSON.parse(text) as unknown, exact: JSON.parse(text, exactly) as unknown }
    return repeatedKey(text) === null ? read : undefined
  } catch {
    return undefined
  }
}

/** The last JSON value of an answer: the last fenced block that is one, else all of it, else the last object or array in it. */
export function findJson(answer: string): Json | undefined {
  const blocks = [...answer.matchAll(/```(?:json5?)?[ \t]*\n([\s\S]*?)(?:\n```|$)/gi)].map(([, block]) => block as string)
  for (const block of [...blocks.reverse(), answer]) {
    const read = readJson(block.trim())
    if (read !== undefined) return read
  }
  const text = answer.slice(-longest)
  const ends = [...text.matchAll(/[}\]]/g)].slice(-3).reverse()
  for (const { index } of ends) {
    const start = opening(text, index)
    const read = start < 0 ? undefined : readJson(text.slice(start, index + 1))
    if (read !== undefined) return read
  }
  return undefined
}

/** Where the value that ends with a closing bracket begins, strings left out of the count; -1 where nowhere. */
function opening(text: string, end: number): number {
  let depth = 0
  let quoted = false
  for (let at = end; at >= 0; at--) {
    const character = text[at] as string
    if (character === '"' && text[at - 1] !== '\\') quoted = !quoted
    if (quoted) continue
    if (character === '}' || character === ']') depth++
    if ((character === '{' || character === '[') && --depth === 0) return at
  }
  return -1
}

/** The leaves of a value by their paths, in order; an empty object or list is a leaf. */
export function fieldsOf(value: unknown, path = '', found = new Map<string, unknown>()): Map<string, unknown> {
  const isInner = value !== null && typeof value === 'object' && !(value instanceof Exact) && Object.keys(value).length > 0
  if (!isInner) return found.set(path, value)
  for (const [key, inner] of Object.entries(value as object)) {
    const name = key.replace(/[\\.]/g, '\\$&') // `a.b` is not b of a
    fieldsOf(inner, path === '' ? name : `${path}.${name}`, found)
  }
  return found
}

/** Whether lists stand where the other has lists: `{"0": 1}` is not `[1]`. */
export function sameShape(a: unknown, b: unknown): boolean {
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object' || a instanceof Exact || b instanceof Exact) return true
  if (Array.isArray(a) !== Array.isArray(b)) return false
  return Object.entries(a).every(([key, inner]) => !Object.hasOwn(b, key) || sameShape(inner, (b as Record<string, unknown>)[key]))
}

/** Whether two leaves are the same: numbers by their exact value (`1.0` is 1), all else as it is; what is missing equals nothing. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) return false
  if (a instanceof Exact && b instanceof Exact) return a.value && b.value ? sameRational(a.value, b.value) : a.text === b.text
  if (typeof a === 'object' && a !== null && typeof b === 'object' && b !== null)
    return Array.isArray(a) === Array.isArray(b) && !(a instanceof Exact) && !(b instanceof Exact)
  return a === b
}
