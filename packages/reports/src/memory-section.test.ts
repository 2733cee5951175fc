import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Round, Trace } from '@whetstone/core'
import { countUses, openBank } from '@whetstone/memory'
import { lexicalEmbedder } from '@whetstone/similarity'
import { memorySections } from './memory-section.ts'

const test = suite('memorySections')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-section-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

test('lists the bank over its rounds and its best and worst items', async () => {
  const uri = join(folder, 'bank')
  await using bank = await openBank({ uri, embedder: lexicalEmbedder() })
  const item = (id: string, success: boolean) => ({
    id,
    title: `On ${id}`,
    description: '',
    content: `say ${id}`,
    sourceTask: id,
    sourceTraces: [],
    success,
    createdAt: '',
    embedding: [],
    reflector: 'test',
  })
  await bank.tag('round-000')
  await bank.remember([item('good', true), item('bad', false)])
  await bank.tag('round-001')
  const use = (id: string, shown: boolean, passed: boolean) =>
    ({
      round: 1,
      memories: shown ? { shown: [id], withheld: [] } : { shown: [], withheld: [id] },
      grade: { passed },
      tokens: { prompt: shown ? 25 : 21 },
    }) as unknown as Trace
  const traces = Array.from({ length: 40 }, (_, n) => [use('good', n % 2 === 0, n % 2 === 0), use('bad', n % 2 === 0, n % 2 === 1)]).flat()
  const level = (memory: boolean, n: number, passRate: number) => ({ model: 'incumbent', split: 'validation', memory, n, passRate })
  const evaluations = [level(false, 100, 0.25), level(false, 300, 0.5), level(true, 100, 1), level(true, 300, 0.5)]
  const decided = { round: 1, evaluations } as unknown as Round
  const [rounds, grown, items] = await memorySections(uri, await countUses(traces), { round: 1, rounds: [decided] })
  assert.equal(grown?.table?.rows, [['round-001', '2', '43.8%', '62.5%', '+18.8', '+4.0']])
  assert.equal(rounds?.table?.rows, [
    ['round-000', '0', '0.0%', '0', 'not measured', '0', '0', '0'],
    ['round-001', '2', '50.0%', '0', '-100.0 / +100.0 / +100.0', '2', '1', '1'],
  ])
  assert.equal(
    items?.table?.rows.map(([kind, title, , lift]) => [kind, title, lift]),
    [
      ['best', 'On good', '+100.0'],
      ['worst', 'On bad', '-100.0'],
    ],
  )
})

test.run()
