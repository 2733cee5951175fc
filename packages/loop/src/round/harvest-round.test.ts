// Nothing is filtered unasked: a recipe without filters trains on every attempt, whatever it is.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Filter, Trace } from '@whetstone/core'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-harvest-round-'))
process.env['WHETSTONE_ROOT'] = scratch
const { appendRows } = await import('@whetstone/core')
const { openRun } = await import('@whetstone/runs')
const { scriptedTrace } = await import('@whetstone/harvest/scripted-trace.ts')
const { filterMicro, harvestRound } = await import('./harvest-round.ts')
const { default: messages } = await import('@whetstone/datasets/formats/messages.ts')
const { default: passed } = await import('@whetstone/harvest/filters/passed.ts')

const test = suite('harvestRound')
test.after(() => rmSync(scratch, { recursive: true, force: true }))

const made: Trace[] = [
  scriptedTrace({ answer: '4' }),
  scriptedTrace({ answer: '4' }),
  scriptedTrace({ answer: '5', right: false }),
  scriptedTrace({ answer: '', right: false }),
  scriptedTrace({ answer: '44444', right: false, truncated: true, finish: 'length' }),
  scriptedTrace({ answer: 'quite another language, and long '.repeat(200), right: false }),
]

function contextOf(run: string, harvest: Filter[]) {
  const { files } = openRun(run).round(1)
  appendRows(files.traces, made)
  return {
    recipe: { harvest, courses: [], formats: [messages({})], settings: { memories: 'keep', pairs: 0 } },
    ...{ run, round: 1, seed: 1, files, incumbent: { model: { vocabulary: null } } },
  } as unknown as Parameters<typeof harvestRound>[0]
}
const answersOf = async (run: string) =>
  (await Array.fromAsync(openRun(run).round(1).examples())).map(({ messages: turns }) => turns.at(-1)?.content)

test('no filters: every attempt becomes a row, failed, cut, repeated and empty ones too, and the funnel is empty', async () => {
  const { kept, replayed, funnel, dataset } = await harvestRound(contextOf('none', []))
  assert.equal([kept, replayed, funnel, dataset.counts.examples], [made.length, 0, [], made.length])
  assert.equal(
    await answersOf('none'),
    made.map(({ messages: turns }) => turns.at(-1)?.content),
  )
})

test('one filter is that filter and no other', async () => {
  const { kept, funnel = [] } = await harvestRound(contextOf('one', [passed({})]))
  assert.equal([kept, funnel.map(({ filter, dropped }) => [filter, dropped])], [2, [['passed', 4]]])
  assert.equal(await answersOf('one'), ['4', '4'])
})

test('nor in a micro-round', async () => {
  const rows = await filterMicro(contextOf('micro', []), openRun('micro').round(1).traces.rows())
  assert.equal(
    await Array.fromAsync(rows, ({ id }) => id),
    made.map(({ id }) => id),
  )
})

test.run()
