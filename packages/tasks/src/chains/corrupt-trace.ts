import type { Random } from '@whetstone/core'
import type { Chain } from './chain.ts'
import { chainSigns, stepsOf, stepText, traceText } from './chain.ts'
import type { ErrorCategory } from './check-trace.ts'
import { checkTrace } from './check-trace.ts'

type Operation = Chain['operations'][number]
const pick = <T>(next: Random, from: readonly T[]): T => from[Math.floor(next() * from.length)] as T
const other = <T>(next: Random, from: readonly T[], than: T): T =>
  pick(
    next,
    from.filter((each) => each !== than),
  )
const digits = [0, 1, 2, 3, 4, 5, 6]

/**
 * A trace with one mistake of a category, as a model makes them: what follows goes on from the mistake. A mistake that chance undoes
 * (`+0` for `-0`) is drawn again. The chain needs at least one operation.
 */
export function corruptTrace(next: Random, chain: Chain, category: ErrorCategory): string {
  const valid = traceText(chain)
  for (;;) {
    const trace = mistaken(next, chain, category)
    if (checkTrace(valid, trace).error?.category === category) return trace
  }
}

function mistaken(next: Random, chain: Chain, category: ErrorCategory): string {
  const { operations } = chain
  const place = Math.floor(next() * operations.length)
  const replaced = (by: Operation) => traceText({ ...chain, operations: operations.with(place, by) })
  const at = operations[place] as Operation
  switch (category) {
    case 'value':
      return wrongValue(next, chain)
    case 'operation':
      return replaced({ ...at, sign: other(next, chainSigns, at.sign) })
    case 'operand':
      return replaced({ ...at, operand: other(next, digits, at.operand) })
    case 'order':
      return disordered(next, chain, place)
    case 'format': {
      const valid = traceText(chain)
      const cut = Math.floor(next() * valid.length)
      // Broken off, or one character missing.
      return next() < 0.5 ? valid.slice(0, cut) : valid.slice(0, cut) + valid.slice(cut + 1)
    }
  }
}

/** A wrong value at one step, from which the following steps go on; or a result that is not the last step's value. */
function wrongValue(next: Random, chain: Chain): string {
  const place = Math.floor(next() * (chain.operations.length + 1))
  const steps = stepsOf(chain)
  const step = steps[place]
  if (!step) return traceText(chain).replace(/\d$/, (value) => String(other(next, digits, Number(value))))
  const value = other(next, digits, step.value)
  const rest = traceText({ start: value, operations: chain.operations.slice(place + 1) })
  return [...steps.slice(0, place).map(stepText), stepText({ ...step, value }), rest].join(';')
}

/** One step skipped or done twice, two exchanged, or the result too early. */
function disordered(next: Random, chain: Chain, place: number): string {
  const { start, operations } = chain
  const [at, after] = [operations[place] as Operation, operations[place + 1]]
  const how = pick(next, ['skip', 'repeat', 'exchange', 'early'])
  if (how === 'skip') return traceText({ start, operations: operations.toSpliced(place, 1) })
  if (how === 'repeat') return traceText({ start, operations: operations.toSpliced(place, 0, at) })
  if (how === 'exchange' && after) return traceText({ start, operations: operations.toSpliced(place, 2, after, at) })
  return traceText({ start, operations: operations.slice(0, place) })
}
