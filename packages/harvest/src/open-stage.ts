import type { Filter, FilterOptions, Funnel, Rows, Trace } from '@whetstone/core'
import { answerOf } from './answer-of.ts'

/** A filter on its way: what it leaves, and, once that has been read to its end, what it did. */
export type Stage = { filter: string; rows: Rows<Trace>; funnel(): Funnel }

const shown = { examples: 3, reasons: 5, characters: 200 }
/** Reasons are counted by their words: figures in them differ from trace to trace. */
const kindOf = (why: string) =>
  why.replace(/"[^"]*"|trace-\w+|-?\d+(?:\.\d+)?/g, (part) => (part.startsWith('"') ? '"…"' : part.startsWith('t') ? 'another' : '#'))
/** Kinds of reasons that are told apart; what else there is counts as others. */
const mostKinds = 200

/**
 * A filter over traces that may be read more than once. What it keeps is worked out at the first reading and remembered, a bit a trace, so that
 * a chain of filters each of which reads twice costs the sum of their readings, not their product; a filter that gives out traces in another
 * order, or others than it was given, is asked again.
 */
export function openStage(filter: Filter, given: Rows<Trace>, options: FilterOptions): Stage {
  let kept: Uint8Array | null = null
  let done: Funnel | null = null
  async function* first(): AsyncGenerator<Trace> {
    const places = new WeakMap<Trace, number>()
    let bits = new Uint8Array(1024)
    let last = -1
    let inOrder = true
    let count = 0
    let dropped = 0
    const reasons = new Map<string, number>()
    const examples: Funnel['examples'] = []
    const numbered: Rows<Trace> = {
      async *[Symbol.asyncIterator]() {
        let place = 0
        for await (const trace of given) {
          places.set(trace, place++)
          yield trace
        }
      },
    }
    const heard = (trace: Trace, why: string) => {
      dropped++
      if (examples.length < shown.examples)
        examples.push({ trace: trace.id, task: trace.task, answer: answerOf(trace).slice(0, shown.characters), why })
      const kind = kindOf(why)
      const known = reasons.get(kind)
      if (known !== undefined || reasons.size < mostKinds) reasons.set(kind, (known ?? 0) + 1)
      else reasons.set('others', (reasons.get('others') ?? 0) + 1)
    }
    for await (const trace of filter.apply(numbered, { ...options, dropped: heard })) {
      const place = places.get(trace)
      if (place === undefined || place <= last) inOrder = false
      else {
        last = place
        if (place >> 3 >= bits.length) {
          const longer = new Uint8Array(Math.max(bits.length * 2, (place >> 3) + 1))
          longer.set(bits)
          bits = longer
        }
        bits[place >> 3] = (bits[place >> 3] as number) | (1 << (place & 7))
      }
      count++
      yield trace
    }
    kept = inOrder ? bits : null
    const ordered = [...reasons].sort(([, a], [, b]) => b - a).slice(0, shown.reasons)
    done = { filter: filter.name, kept: count, dropped, reasons: ordered.map(([why, times]) => ({ why, count: times })), examples }
  }
  async function* again(bits: Uint8Array): AsyncGenerator<Trace> {
    let place = 0
    for await (const trace of given) {
      if (((bits[place >> 3] ?? 0) >> (place & 7)) & 1) yield trace
      place++
    }
  }
  return {
    filter: filter.name,
    rows: { [Symbol.asyncIterator]: () => (kept ? again(kept) : first()) },
    funnel() {
      if (!done) throw new Error(`${filter.name}: its traces have not been read to their end`)
      return done
    },
  }
}

/** Filters one after another. */
export function openStages(
  filters: readonly Filter[],
  given: Rows<Trace>,
  options: (place: number) => FilterOptions,
): { stages: Stage[]; rows: Rows<Trace> } {
  const stages: Stage[] = []
  let rows = given
  for (const [place, filter] of filters.entries()) {
    const stage = openStage(filter, rows, options(place))
    stages.push(stage)
    rows = stage.rows
  }
  return { stages, rows }
}
