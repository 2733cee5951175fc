import { deriveSeed, inOrder, type Rows, type Trace } from '@whetstone/core'
import { countBy, drawPlaces } from './draw-places.ts'

const levelOf = ({ taskset, level }: Trace) => `${taskset} ${level}`

/**
 * Older traces to train on beside the newest: as many as `share` of the whole asks for (0.5: half newest, half all older, arXiv 2502.01612), spread evenly over the levels of each taskset and drawn at random within.
 * Gives fewer where there are not enough. Says how many, then gives them out.
 */
export async function replay(
  older: Rows<Trace>,
  newest: number,
  options: { share: number; seed: number },
): Promise<{ count: number; traces: () => AsyncGenerator<Trace> }> {
  const wanted = Math.round((newest * options.share) / (1 - options.share))
  if (wanted === 0) return { count: 0, async *traces() {} }
  const queues = [...(await countBy(older, levelOf))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([level, size]) => ({
      places: drawPlaces(size, deriveSeed(options.seed, 'replay', level)),
      level,
      drawn: new Map<number, number>(),
    }))
  let count = 0
  for (let turn = 0; count < wanted; turn++) {
    const before = count
    for (const { places, drawn } of queues) {
      const place = places[turn]
      if (place !== undefined && count < wanted) drawn.set(place, count++)
    }
    if (count === before) break
  }
  const levels = new Map(queues.map(({ level, drawn }) => [level, drawn]))
  const chosen = async function* () {
    const seen = new Map<string, number>()
    for await (const trace of older) {
      const level = levelOf(trace)
      const at = seen.get(level) ?? 0
      seen.set(level, at + 1)
      const place = levels.get(level)?.get(at)
      if (place !== undefined) yield { place, row: trace }
    }
  }
  return { count, traces: () => inOrder(chosen(), count) }
}
