import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Filter, Trace } from '@whetstone/core'
import capPerLevel from './filters/cap-per-level.ts'
import capPerTask from './filters/cap-per-task.ts'
import distinct from './filters/distinct.ts'
import passed from './filters/passed.ts'
import { replay } from './replay.ts'
import { toExample } from './to-example.ts'
import { toPairs } from './to-pairs.ts'
import { scriptedTrace as trace } from './scripted-trace.ts'

const test = suite('harvest')
const options = { seed: 1 }
const ids = (traces: readonly Trace[]) => traces.map(({ id }) => id)
const apply = (filter: Filter, traces: readonly Trace[], how = options) => Array.fromAsync(filter.apply(traces, how))

test('passed keeps what passed, whatever its reward', async () => {
  const [right, wrong] = [trace(), trace({ right: false })]
  assert.equal(await apply(passed(), [right, wrong, { ...wrong, grade: { ...wrong.grade, reward: 0.9 } }]), [right])
})

test('distinct keeps one of equal answers to one task', async () => {
  const traces = [trace(), trace({ answer: ' 4\n' }), trace({ answer: 'so 4' }), trace({ task: 't2' })]
  assert.equal(ids(await apply(distinct(), traces)), ids([traces[0], traces[2], traces[3]] as Trace[]))
})

test('caps hold, draw by seed, and leave smaller groups alone', async () => {
  const many = Array.from({ length: 20 }, (_, i) => trace({ task: `t${i % 2}`, level: 1 + (i % 2) }))
  for (const cap of [capPerTask({ limit: 3 }), capPerLevel({ limit: 3 })]) {
    const kept = await apply(cap, many)
    assert.is(kept.length, 6)
    assert.equal(ids(kept), ids(await apply(cap, many)))
    assert.not.equal(ids(kept), ids(await apply(cap, many, { seed: 2 })))
  }
  assert.equal(ids(await apply(capPerTask({ limit: 30 }), many.slice(0, 2))), ids(many.slice(0, 2)))
})

test('replay draws its share from all levels evenly, and what there is when that is less', async () => {
  const older = [...Array.from({ length: 90 }, () => trace({ level: 2 })), ...Array.from({ length: 10 }, () => trace({ level: 3 }))]
  const draw = async (newest: number, share: number) => {
    const { count, traces } = await replay(older, newest, { share, seed: 1 })
    const drawn = await Array.fromAsync(traces())
    assert.is(drawn.length, count)
    return drawn
  }
  const drawn = await draw(20, 0.5)
  assert.is(drawn.length, 20)
  assert.is(drawn.filter(({ level }) => level === 3).length, 10)
  assert.is((await draw(20, 0)).length, 0)
  assert.is((await draw(1000, 0.5)).length, 100)
  assert.is(new Set(ids(await draw(1000, 0.5))).size, 100)
})

test('rows keep memories, lose them, or each in half of the rows; the instruction stays; a row without memories is as it was', () => {
  const shown = Array.from({ length: 200 }, () => trace({ system: 'Do it.\n\nkx=a;' }))
  const rows = (memories: 'strip' | 'keep' | 'mix') =>
    [...shown, trace({ system: undefined } as never)].map((each) =>
      toExample(each, { memories, instruction: () => 'Do it.', seed: 1, vocabulary: null }),
    )
  const withLine = (memories: 'strip' | 'keep' | 'mix') =>
    rows(memories).filter(({ messages }) => messages[0]?.content.includes('kx=a;')).length
  assert.is(withLine('keep'), 200)
  assert.is(withLine('strip'), 0)
  assert.ok(Math.abs(withLine('mix') - 100) < 30, `${withLine('mix')} of 200`)
  assert.equal(rows('strip')[0]?.messages[0], { role: 'system', content: 'Do it.' })
  assert.is(rows('strip').at(-1)?.messages.length, 2)
  assert.is(
    toExample(shown[0] as Trace, { memories: 'strip', instruction: () => null, seed: 1, vocabulary: null }).messages[0]?.role,
    'user',
  )
})

test('pairs hold a passed and a failed answer to the same prompt, and no truncated one', async () => {
  const [right, wrong, cut, other] = [
    trace({ answer: '4' }),
    trace({ answer: '5', right: false }),
    trace({ answer: '44444', right: false, truncated: true }),
    trace({ task: 't2', right: false }),
  ]
  const pairs = await Array.fromAsync(toPairs([right, wrong, cut, other], { perTask: 4, vocabulary: null }))
  assert.is(pairs.length, 1)
  assert.equal(pairs[0]?.traces, { chosen: right?.id, rejected: wrong?.id })
  assert.equal(
    [pairs[0]?.prompt, pairs[0]?.chosen[0]?.content, pairs[0]?.rejected[0]?.content],
    [[{ role: 'user', content: '2+2=' }], '4', '5'],
  )
  assert.is(
    (await Array.fromAsync(toPairs([trace({ system: 'a' }), trace({ system: 'b', right: false })], { perTask: 1, vocabulary: null })))
      .length,
    0,
    'another system message is another prompt',
  )
})

test.run()
