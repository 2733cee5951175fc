import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryId, type Memory, type Trace } from '@whetstone/core'
import { lexicalEmbedder } from '@whetstone/similarity'
import { openBank } from '../open-bank.ts'
import { bankQuality, extremes } from './bank-quality.ts'
import { curate } from './curate.ts'
import { countUses } from './measure-lift.ts'

const test = suite<{ uri: string }>('curate')
test.before.each((context) => {
  context.uri = join(mkdtempSync(join(tmpdir(), 'whetstone-curate-')), 'memory.lance')
})
test.after.each(({ uri }) => rmSync(join(uri, '..'), { recursive: true, force: true }))

let minute = 0
function memory(content: string, options: Partial<Memory> = {}): Memory {
  const item = {
    title: content.split(' ').slice(0, 4).join(' '),
    description: '',
    content,
    sourceTask: `task-${content}`,
    sourceTraces: ['t1'],
    success: true,
    embedding: [],
    reflector: 'test',
    ...options,
  }
  return { createdAt: new Date(Date.UTC(2026, 0, 1, 0, minute++)).toISOString(), ...item, id: memoryId(item) }
}
const uses = (id: string, shown: [passed: number, n: number], withheld: [passed: number, n: number], round = 1): Trace[] =>
  (['shown', 'withheld'] as const).flatMap((arm) => {
    const [passed, n] = arm === 'shown' ? shown : withheld
    return Array.from(
      { length: n },
      (_, i) =>
        ({
          round,
          memories: { shown: [], withheld: [], [arm]: [id] },
          grade: { passed: i < passed },
          tokens: { prompt: arm === 'shown' ? 30 : 20 },
        }) as unknown as Trace,
    )
  })

test('retires the harmful, merges duplicates, settles contradictions by lift; twice changes nothing', async ({ uri }) => {
  await using bank = await openBank({ uri, embedder: lexicalEmbedder() })
  const harmful = memory('Guess the largest number in the question and stop there.')
  const first = memory('Convert all units to metres before adding lengths of any kind together.')
  const again = memory('Convert all units to metres before adding lengths of any kind together.', {
    sourceTask: 'another',
    sourceTraces: ['t2', 't3'],
  })
  const before = memory('Apply the discount before tax on every receipt.', { title: 'discount and tax' })
  const after = memory('Apply the discount after tax on every receipt.', { title: 'discount and tax' })
  const idle = memory('Draw a number line for inequalities.')
  await bank.remember([harmful, first, again, before, after, idle])
  const traces = [...uses(harmful.id, [10, 100], [40, 60]), ...uses(before.id, [70, 100], [10, 40]), ...uses(idle.id, [30, 60], [10, 20])]
  const { retired, size } = await curate(bank, { uses: await countUses(traces), round: 1 })
  assert.equal(
    new Map(retired.map(({ id, reason }) => [id, reason])),
    new Map([
      [harmful.id, 'harmful'],
      [first.id, 'duplicate'],
      [after.id, 'contradicted'],
    ] as const),
  )
  assert.is(size, 3)
  assert.equal((await curate(bank, { uses: await countUses(traces), round: 1 })).retired, [])
  await bank.remember([harmful])
  assert.is(await bank.size(), 3, 'learning a retired item again does not bring it back')
  const records = await bank.memories({ retired: true })
  assert.is(records.length, 6)
  assert.match(records.find(({ id }) => id === harmful.id)?.retired ?? '', /^harmful: lift -57 points, 95% interval .* 160 uses$/)
  await bank.tag('round-001')
  const [quality] = await bankQuality(uri, await countUses(traces), { rounds: [{ round: 1, tag: 'round-001' }] })
  assert.equal(
    [quality?.size, quality?.retired, quality?.successes, quality?.lift.measured, quality?.tokens],
    [3, { harmful: 1, contradicted: 1, duplicate: 1 }, 1, 2, 10],
  )
})

test('the capacity keeps what is useful', async ({ uri }) => {
  await using bank = await openBank({ uri, embedder: lexicalEmbedder() })
  const items = ['alpha rivers', 'beta mountains', 'gamma deserts', 'delta oceans'].map((name) =>
    memory(`Think about ${name}.`, { title: name }),
  )
  await bank.remember(items)
  const traces = [...uses(items[0]?.id as string, [50, 60], [10, 40]), ...uses(items[2]?.id as string, [30, 60], [18, 40], 1)]
  const { retired, lifts } = await curate(bank, { uses: await countUses(traces), round: 1, capacity: 2 })
  assert.equal(
    retired.map(({ title, reason }) => [title, reason]),
    [
      ['beta mountains', 'capacity'],
      ['delta oceans', 'capacity'],
    ],
  )
  assert.equal(
    extremes(lifts, 1).best.map(({ id }) => id),
    [items[0]?.id],
  )
})

test('keys with different operations are neither duplicates nor contradictions of one another', async ({ uri }) => {
  await using bank = await openBank({ uri, embedder: lexicalEmbedder() })
  const keys = ['kx', 'xk', 'of', 'to', 'be', 'bd', 'db', 'qq'].map((key, index) => memory(`${key}=${'asrphlnc'[index]};`, { title: key }))
  await bank.remember(keys)
  assert.equal((await curate(bank, { uses: new Map(), round: 1 })).retired, [])
  const other = memory('kx=s;', { title: 'kx', sourceTraces: ['a', 'b'] })
  await bank.remember([other])
  assert.equal(
    (await curate(bank, { uses: new Map(), round: 1, fresh: [other.id] })).retired.map(({ id, reason }) => [id, reason]),
    [[keys[0]?.id, 'contradicted']],
  )
})

test.run()
