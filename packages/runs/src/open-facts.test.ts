import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-facts-'))
process.env['WHETSTONE_ROOT'] = scratch
const { appendRows } = await import('@whetstone/core')
const { factsOf, openLines } = await import('./open-facts.ts')
const { roundFiles } = await import('./run-files.ts')

const test = suite('openFacts')
test.after(() => rmSync(scratch, { recursive: true, force: true }))

const call = (reasoning: string | null, answer = true) => ({ role: 'solver', text: 'x', reasoning, answer })
const trace = (more: object = {}) => ({
  ...{ id: 'trace-1', run: 'r', round: 1, task: 't', taskHash: null, taskset: 's', split: 'train', level: 1, calls: [call(null)] },
  ...{ messages: [{ role: 'assistant', content: 'said "reasoning":"x"' }], ...more },
})
const { id, ...rest } = trace()
const lines: [string, object, string | undefined][] = [
  ['as it is written', trace(), undefined],
  ['with a hash', trace({ taskHash: 'h' }), undefined],
  ['thought before it', trace({ calls: [call('first', false), call('so')] }), 'so'],
  ['thought elsewhere', trace({ calls: [call('first', false), call(null)] }), undefined],
  ['escapes in a name', trace({ task: 'a "b" \\', taskset: 'é\n' }), undefined],
  ['another order', { ...rest, calls: [call('so')], id }, 'so'],
  ['no calls', trace({ calls: null }), undefined],
  ['an older one', { id, run: 'r', round: 1, task: 't', taskset: 's', split: 'train', messages: [] }, undefined],
]
for (const [name, written, reasoning] of lines)
  test(`facts of a line, ${name}: what parsing it gives`, () => {
    const { task, taskset, split } = written as Record<string, string>
    for (const space of [undefined, 1])
      assert.equal(factsOf(JSON.stringify(written, null, space)), { task, taskset, split, reasoning }, String(space))
  })

test('lines by id: of the round, of older ones, none', async () => {
  for (const round of [1, 2]) {
    const { traces } = roundFiles('r', round)
    mkdirSync(dirname(traces), { recursive: true })
    appendRows(
      traces,
      Array.from({ length: 2000 }, (_, n) => ({
        ...trace({ id: `trace-${round}-${n}`, round, task: 'y'.repeat((n * 7919) % 3000) }),
        ...{ grade: { passed: true }, memories: { shown: [] }, sample: 0, truncated: false },
      })),
    )
  }
  const lineOf = await openLines('r', 2)
  for (const wanted of ['trace-2-0', 'trace-2-1999', 'trace-1-1000', 'trace-1-1001', 'trace-2-5', 'trace-1-0'])
    assert.is((JSON.parse(lineOf(wanted) ?? '{}') as { id?: string }).id, wanted)
  assert.is(lineOf('trace-3-0'), undefined)
  assert.is((await openLines('r', 1))('trace-2-0'), undefined)
  for (let n = 0; n < 2000; n++) assert.ok(lineOf(`trace-2-${n}`)?.startsWith(`{"id":"trace-2-${n}",`))
})

test.run()
