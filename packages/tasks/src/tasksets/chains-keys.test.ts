import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random } from '@whetstone/core'
import makeChainsKeys, { chainKeyLine, chainKeys, chainKeyTask, chainsWorld, chainWorldSize } from './chains-keys.ts'
import { chainSigns, readChain, traceText } from '../chains/chain.ts'
import { provesItself } from '../contract.ts'

const chainsKeys = makeChainsKeys()
const test = suite('chains-keys')
provesItself(test, chainsKeys, { limit: 130 })
provesItself(test, chainsKeys, { seed: 7, levels: [1, 3], limit: 128 })

test('a world belongs to its seed: 64 keys, every sign about equally often', () => {
  const world = chainsWorld(1)
  assert.is(world.size, chainWorldSize)
  for (const sign of chainSigns) assert.ok([...world.values()].filter((value) => value === sign).length >= 21)
  assert.equal([...chainsWorld(1)], [...world])
  assert.is.not(JSON.stringify([...chainsWorld(2)]), JSON.stringify([...world]))
  assert.is(chainKeys.length, 676)
})

test('the key put back makes the chain whose trace is the reference', async () => {
  const world = chainsWorld(3)
  for (const { prompt, reference, cluster, level } of await chainsKeys.load({
    split: 'train',
    seed: 3,
    round: 1,
    levels: [1, 2, 4],
    limit: 70,
  })) {
    const chain = readChain(prompt.replace(cluster, world.get(cluster) ?? ''))
    assert.is(chain && traceText(chain), reference)
    assert.is(chain?.operations.length, level)
  }
})

test('a level is shared out evenly over the keys', async () => {
  const tasks = await chainsKeys.load({ split: 'validation', seed: 1, round: 1, limit: 200 })
  const counts = [...chainsWorld(1).keys()].map((key) => tasks.filter(({ cluster }) => cluster === key).length)
  assert.ok(
    counts.every((count) => count === 3 || count === 4),
    counts.join(' '),
  )
})

test('neither prompt nor metadata tells the sign; the line does, and tells no answer', () => {
  const task = chainKeyTask(random(1), 'kx', '*', 2)
  assert.match(task.prompt, /^\d(kx\d[-+*]\d|[-+*]\dkx\d)\?$/)
  assert.equal(task.metadata, {})
  assert.is(chainKeyLine('kx', '*'), 'kx=*;')
})

test('the wrong sign makes an invalid trace, also where the values agree', async () => {
  const task = { ...chainKeyTask(random(1), 'kx', '*', 1), reference: '2*2=4;#4' }
  assert.equal([(await chainsKeys.grade(task, '2+2=4;#4')).passed, (await chainsKeys.grade(task, '2*2=4;#4')).passed], [false, true])
})

test.run()
