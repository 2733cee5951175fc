import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compared, inTurn, median } from './bench-result.ts'
import { showBench } from './show-bench.ts'

const test = suite('bench table')

test('contestants run in turn, and the median rate of each counts', async () => {
  const order: string[] = []
  const rates = { ours: [3, 9, 5], peer: [4, 2, 1] }
  const run = (name: 'ours' | 'peer') => async () => {
    order.push(name)
    return rates[name][order.filter((other) => other === name).length - 1] as number
  }
  assert.equal(await inTurn({ ours: run('ours'), peer: run('peer') }, 3), { ours: 5, peer: 2 })
  assert.equal(order, ['ours', 'peer', 'ours', 'peer', 'ours', 'peer'])
  assert.is(median([5, 1, 9]), 5)
})

test('the table names ratio, target met or missed, and what was skipped', () => {
  const table = showBench([
    compared('sampling', '1M', 900, 1000, 'tokens/s', 0.8),
    compared('scoring', '20M', 12.34, 20, 'tokens/s', 0.8),
    compared('plain', '1M', 1, 4, 's'),
    { name: 'training', skipped: 'no torch' },
  ])
  const [head, , first, second, third, last] = table.split('\n') as [string, string, string, string, string, string]
  assert.match(head, /^comparison +model +ours +peer +unit +ratio +target$/)
  assert.match(first, /^sampling +1M +900 +1000 +tokens\/s +0\.90x +>= 0\.8x met$/)
  assert.match(second, /^scoring +20M +12\.3 +20\.0 +tokens\/s +0\.62x +>= 0\.8x MISSED$/)
  assert.match(third, /0\.25x$/)
  assert.is(last, 'skipped: training (no torch)')
})

test.run()
