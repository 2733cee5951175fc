import { mapRows, type Filter, type FilterOptions, type Funnel, type Rows, type Trace } from '@whetstone/core'
import { answerOf } from './answer-of.ts'

/** Rows of which some can be had by their places, a bit each, without making the others. */
export type Picking<T> = Rows<T> & { pick?(bits: Uint8Array): AsyncIterable<T> }
/** A filter on its way: what it leaves, and, once that has been read to its end, what it did. */
export type Stage = { filter: string; rows: Picking<Trace>; funnel(): Funnel }

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
export function openStage(filter: Filter, given: Picking<Trace>, options: FilterOptions): Stage {
  let kept: Uint8Array | null = null
  let done: Funnel | null = null
  function first(): AsyncIterableIterator<Trace> {
    const pulled = recentlyPulled()
    let bits = new Uint8Array(1024)
    let last = -1
    let inOrder = true
    let count = 0
    let dropped = 0
    const reasons = new Map<string, number>()
    const examples: Funnel['examples'] = []
    const numbered: Rows<Trace> = {
      [Symbol.asyncIterator]() {
        pulled.restart()
        return mapRows(given, pulled.add)
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
    const keep = (trace: Trace) => {
      const place = inOrder ? pulled.placeOf(trace, last) : null
      if (place === null) inOrder = false
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
      return trace
    }
    return mapRows(filter.apply(numbered, { ...options, dropped: heard }), keep, () => {
      kept = inOrder ? bits : null
      const ordered = [...reasons].sort(([, a], [, b]) => b - a).slice(0, shown.reasons)
      done = { filter: filter.name, kept: count, dropped, reasons: ordered.map(([why, times]) => ({ why, count: times })), examples }
    })
  }
  return {
    filter: filter.name,
    rows: {
      [Symbol.asyncIterator]: () => (kept ? pickFrom(given, kept)[Symbol.asyncIterator]() : first()),
      pick: (bits) => (kept ? pickFrom(given, keptOf(kept, bits)) : picked({ [Symbol.asyncIterator]: first }, bits)),
    },
    funnel() {
      if (!done) throw new Error(`${filter.name}: its traces have not been read to their end`)
      return done
    },
  }
}

/** The places of the last traces that a filter was given. One that gives a trace out much later is taken for one that gives them out of order. */
function recentlyPulled(size = 64) {
  const ring = new Array<Trace | undefined>(size)
  let count = 0
  return {
    restart() {
      count = 0
    },
    add(trace: Trace): Trace {
      ring[count++ % size] = trace
      return trace
    },
    /** Behind the last place that was found, so that each is looked at once. */
    placeOf(trace: Trace, last: number): number | null {
      if (ring[(count - 1) % size] === trace && count - 1 > last) return count - 1
      for (let place = Math.max(last + 1, count - size); place < count; place++) if (ring[place % size] === trace) return place
      return null
    },
  }
}

const has = (bits: Uint8Array, place: number) => (((bits[place >> 3] ?? 0) >> (place & 7)) & 1) === 1

const pickFrom = (rows: Picking<Trace>, bits: Uint8Array): AsyncIterable<Trace> => rows.pick?.(bits) ?? picked(rows, bits)

async function* picked(rows: Rows<Trace>, bits: Uint8Array): AsyncGenerator<Trace> {
  let place = 0
  for await (const trace of rows) if (has(bits, place++)) yield trace
}

/** Of the places that were kept those whose number among them is set. */
function keptOf(kept: Uint8Array, bits: Uint8Array): Uint8Array {
  const left = new Uint8Array(kept.length)
  let number = 0
  for (let place = 0; place < kept.length * 8; place++)
    if (has(kept, place) && has(bits, number++)) left[place >> 3] = (left[place >> 3] as number) | (1 << (place & 7))
  return left
}

/** Filters one after another. */
export function openStages(
  filters: readonly Filter[],
  given: Picking<Trace>,
  options: (place: number) => FilterOptions,
): { stages: Stage[]; rows: Picking<Trace> } {
  const stages: Stage[] = []
  let rows = given
  for (const [place, filter] of filters.entries()) {
    const stage = openStage(filter, rows, options(place))
    stages.push(stage)
    rows = stage.rows
  }
  return { stages, rows }
}
