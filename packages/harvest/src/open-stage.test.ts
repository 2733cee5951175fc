import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Filter, Trace } from '@whetstone/core'
import { reread } from '@whetstone/core'
import capPerLevel from './filters/cap-per-level.ts'
import capPerTask from './filters/cap-per-task.ts'
import distinct from './filters/distinct.ts'
import passed from './filters/passed.ts'
import { openStage, openStages } from './open-stage.ts'
import { scriptedTrace } from './scripted-trace.ts'

const test = suite('openStages')
const traces = Array.from({ length: 40 }, (_, i) =>
  scriptedTrace({ task: `t${i >> 2}`, answer: String(i % 3), right: i % 4 !== 0, level: i % 2 }),
)

test('counts, reasons and examples of each filter; read again it gives the same', async () => {
  const { stages, rows } = openStages([passed(), distinct(), capPerTask({ limit: 2 })], traces, () => ({ seed: 1 }))
  const [first, again] = [await Array.fromAsync(rows), await Array.fromAsync(rows)]
  assert.equal(first, again)
  const funnel = stages.map((stage) => stage.funnel())
  assert.equal([funnel[0]?.kept, funnel[0]?.dropped], [30, 10])
  assert.is(funnel.at(-1)?.kept, first.length)
  for (const [i, { kept, dropped, examples, reasons }] of funnel.entries()) {
    assert.is(kept + dropped, i === 0 ? 40 : funnel[i - 1]?.kept)
    assert.is(examples.length, Math.min(3, dropped))
    assert.is(
      reasons.reduce((sum, { count }) => sum + count, 0),
      dropped,
    )
  }
})

test('filters that read twice do not multiply readings', async () => {
  let readings = 0
  const counted = reread(async function* () {
    readings++
    yield* traces
  })
  const twice = (name: string): Filter => ({
    name,
    async *apply(rows) {
      for await (const _ of rows);
      yield* rows
    },
  })
  const { rows } = openStages(
    Array.from({ length: 10 }, (_, i) => twice(String(i))),
    counted,
    () => ({ seed: 1 }),
  )
  await Array.fromAsync(rows)
  assert.ok(readings <= 11, `${readings} readings`)
})

test('a filter that gives traces in another order, or other ones, is asked again', async () => {
  const level = openStage(capPerLevel({ limit: 3 }), traces, { seed: 1 })
  assert.equal(await Array.fromAsync(level.rows), await Array.fromAsync(level.rows))
  const doubled: Filter = {
    name: 'doubled',
    async *apply(rows) {
      for await (const trace of rows) yield* [trace, { ...trace, id: `${trace.id}-again` }] as Trace[]
    },
  }
  const stage = openStage(doubled, traces, { seed: 1 })
  const ids = async () => (await Array.fromAsync(stage.rows)).map(({ id }) => id)
  assert.equal(await ids(), await ids())
  assert.is(stage.funnel().kept, 80)
})

test.run()
