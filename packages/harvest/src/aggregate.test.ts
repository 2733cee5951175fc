import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { aggregate, rowId, type Aggregated, type AggregateCounts } from './aggregate.ts'

const test = suite('aggregate')
const row = (answer: string, run: string, trace = `trace-${answer}`): Aggregated => {
  const messages = [
    { role: 'user' as const, content: `question of ${answer.trim()}` },
    { role: 'assistant' as const, content: answer },
  ]
  return {
    ...{
      id: rowId(messages),
      messages,
      weight: 1,
      trace,
      origin: 'foreign',
      promptText: null,
      templateArguments: null,
      vocabulary: null,
      ids: null,
      forced: [],
    },
    ...{ taskset: 'sums', level: 1, task: 't', reward: 1, sources: [{ run, round: 1, trace }] },
  }
}
const join = async (before: Aggregated[], incoming: Aggregated[]) => {
  const counts = {} as AggregateCounts
  return { rows: await Array.fromAsync(aggregate(before, incoming, counts)), counts }
}

test('equal content is one row with all its sources; what was there stays in front; again changes nothing', async () => {
  const first = await join([], [row('4', 'a'), row('5', 'a'), row('4 ', 'a', 'other')])
  assert.equal([first.rows.length, first.counts.added, first.rows[0]?.sources.length], [2, 2, 2])
  const second = await join(first.rows, [row('6', 'b'), row('5', 'b')])
  assert.equal(
    second.rows.map(({ messages }) => messages[1]?.content),
    ['4', '5', '6'],
  )
  assert.equal(second.counts, { before: 2, given: 2, added: 1, rows: 3, merged: 1, questions: 3 })
  assert.equal(
    second.rows[1]?.sources.map(({ run }) => run),
    ['a', 'b'],
  )
  const third = await join(second.rows, [row('6', 'b'), row('5', 'b'), row('4', 'a')])
  assert.equal(third.rows, second.rows)
  assert.equal([third.counts.added, third.counts.merged], [0, 0])
})

test('a system message makes another row', () => {
  const asked = [{ role: 'user' as const, content: 'q' }]
  assert.not.equal(rowId(asked), rowId([{ role: 'system', content: 's' }, ...asked]))
})

test.run()
