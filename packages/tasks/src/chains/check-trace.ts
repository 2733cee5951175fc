/**
 * `value`: the step's result; `operation`: another sign than the problem's; `operand`: another digit on either side; `order`: a step or the
 * result where another is due (skipped, repeated, too early, too late); `format`: no step at all, or the trace breaks off.
 */
export type ErrorCategory = 'value' | 'operation' | 'operand' | 'order' | 'format'
/** The first thing that is wrong in a trace: which step from 1, what stands there (empty when nothing does), and in what way it is wrong. */
export type TraceError = { step: number; written: string; category: ErrorCategory }
export type TraceCheck = {
  error: TraceError | null
  /** Steps that stand in their place as they should, of those that are due. */
  right: number
  due: number
  /** Steps before the first wrong one. */
  before: number
  /** The result after `#`, right or not; null where there is none. */
  result: string | null
  /** Whether that is the right one, whatever stands before it. */
  answered: boolean
  /** Every part has the form of a step, and one result ends it. */
  wellFormed: boolean
}

const stepForm = /^([0-6])([-+*])([0-6])=([0-6])$/
const resultForm = /^#([0-6])$/

/** Holds a trace against the only valid one. What is written is split at `;`; the place counts, not only the text. */
export function checkTrace(valid: string, trace: string): TraceCheck {
  const due = valid.split(';')
  const written = trace === '' ? [] : trace.split(';')
  const steps = due.length - 1
  const right = due.slice(0, steps).filter((part, i) => written[i] === part).length
  const result = resultForm.exec(written.at(-1) ?? '')?.[1] ?? null
  const wellFormed = result !== null && written.slice(0, -1).every((part) => stepForm.test(part))
  const first = Array.from({ length: Math.max(due.length, written.length) }, (_, i) => i).find((i) => due[i] !== written[i])
  const error = first === undefined ? null : { step: first + 1, written: written[first] ?? '', category: categoryAt(due, written, first) }
  const before = first === undefined ? steps : Math.min(first, steps)
  return { error, right, due: steps, before, result, answered: result !== null && `#${result}` === due.at(-1), wellFormed }
}

function categoryAt(due: readonly string[], written: readonly string[], place: number): ErrorCategory {
  const [is, expected] = [written[place] ?? '', due[place] ?? '']
  if (resultForm.test(is)) return resultForm.test(expected) ? 'value' : 'order'
  const step = stepForm.exec(is)
  if (!step) return 'format'
  const should = stepForm.exec(expected)
  if (!should) return 'order'
  const [, left, sign, right] = step
  const applied = `${sign}${right}`
  if (left === should[1] && applied === `${should[2]}${should[3]}`) return 'value'
  const near = [place - 1, place + 1].map((other) => stepForm.exec(due[other] ?? ''))
  if (applied !== `${should[2]}${should[3]}` && near.some((other) => other && applied === `${other[2]}${other[3]}`)) return 'order'
  return left === should[1] && right === should[3] ? 'operation' : 'operand'
}
