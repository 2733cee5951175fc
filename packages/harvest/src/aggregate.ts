import { Example, hash, mark, type Message, type Rows } from '@whetstone/core'
import { normalizeText } from '@whetstone/similarity'
import { z } from 'zod'

/** Where a row of an aggregate came from. */
export const RowSource = z.object({ run: z.string(), round: z.number().int(), trace: z.string() })
export type RowSource = z.infer<typeof RowSource>

/** A row of an aggregate: a training row, what was thought before it, and everywhere it came from. */
export const Aggregated = Example.extend({
  /** Hash of what is asked and answered. */
  id: z.string(),
  reasoning: z.string().optional(),
  taskset: z.string().nullable(),
  level: z.number().int().nullable(),
  task: z.string().nullable(),
  reward: z.number().nullable(),
  sources: z.array(RowSource).min(1),
})
export type Aggregated = z.infer<typeof Aggregated>

/** What makes two rows one: the same turns by the same roles, but for case of nothing and spacing. */
export const rowId = (messages: readonly Message[]): string =>
  `row-${hash(JSON.stringify(messages.map(({ role, content }) => [role, content.replace(/\s+/g, ' ').trim()]))).slice(0, 24)}`

export type AggregateCounts = {
  /** Rows that were there, came in, are new, and are there now. */
  before: number
  given: number
  added: number
  rows: number
  /** Rows that were known already and gained a source. */
  merged: number
  questions: number
}

const sourceKey = ({ run, round, trace }: RowSource) => `${run}\u0000${round}\u0000${trace}`

/**
 * What was there, in its order, and what is new behind it: one row for each content, with all its sources. Doing it again with the same rows gives
 * the same rows. Reads everything twice; memory grows by a short key a row, and with the rows that come again.
 */
export async function* aggregate(
  before: Rows<Aggregated>,
  incoming: Rows<Aggregated>,
  counts: AggregateCounts,
): AsyncGenerator<Aggregated> {
  Object.assign(counts, { before: 0, given: 0, added: 0, rows: 0, merged: 0, questions: 0 } satisfies AggregateCounts)
  // First who comes again, and from where.
  const seen = new Set<string>()
  // As text, which takes a third of what the records take.
  const again = new Map<string, string>()
  const look = ({ id, sources }: Aggregated) => {
    const own = mark(id)
    if (!seen.has(own)) return void seen.add(own)
    again.set(own, `${again.get(own) ?? ''}${sources.map((source) => `${JSON.stringify(source)}\n`).join('')}`)
  }
  for await (const row of before) {
    counts.before++
    look(row)
  }
  for await (const row of incoming) {
    counts.given++
    look(row)
  }
  const questions = new Set<string>()
  async function* once(rows: Rows<Aggregated>, known: boolean): AsyncGenerator<Aggregated> {
    for await (const row of rows) {
      const own = mark(row.id)
      if (!seen.delete(own)) continue
      counts.rows++
      if (!known) counts.added++
      questions.add(mark(normalizeText(row.messages.findLast(({ role }) => role === 'user')?.content ?? '')))
      const more = again.get(own)
      if (more === undefined) yield row
      else {
        const others = more
          .trimEnd()
          .split('\n')
          .map((text) => JSON.parse(text) as RowSource)
        const sources = [...new Map([...row.sources, ...others].map((source) => [sourceKey(source), source])).values()]
        if (known && sources.length > row.sources.length) counts.merged++
        yield { ...row, sources }
      }
    }
  }
  yield* once(before, true)
  yield* once(incoming, false)
  counts.questions = questions.size
}
