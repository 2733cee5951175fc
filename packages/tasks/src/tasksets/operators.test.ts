import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { provesItself } from '../contract.ts'
import makeOperators, { operations, operatorKeys, operatorLine, operatorsWorld, operatorTask, worldSize } from './operators.ts'

const operators = makeOperators()
const test = suite('operators')
provesItself(test, operators)
provesItself(test, operators, { seed: 7, limit: 130 })

const digits = Array.from({ length: 10 }, (_, i) => i)
const pairs = digits.flatMap((x) => digits.map((y) => [x, y] as const))

test('operations answer with one digit and any two differ on most pairs', () => {
  for (const [name, apply] of Object.entries(operations)) {
    for (const [x, y] of pairs) assert.match(String(apply(x, y)), /^\d$/)
    for (const [other, second] of Object.entries(operations)) {
      if (other === name) continue
      assert.ok(pairs.filter(([x, y]) => apply(x, y) !== second(x, y)).length >= 70, `${name} and ${other}`)
    }
  }
})

test('known values', () => {
  const cases: [string, number, number, string][] = [
    ['a', 7, 5, '2'],
    ['b', 7, 5, '7'],
    ['b', 9, 9, '1'],
    ['d', 3, 5, '2'],
    ['e', 3, 5, '7'],
    ['h', 3, 5, '5'],
    ['i', 3, 5, '4'],
    ['l', 3, 5, '3'],
    ['m', 3, 5, '6'],
  ]
  for (const [name, x, y, reference] of cases) assert.is(operatorTask('kx', name, x, y, 'train').reference, reference, name)
})

test('a world belongs to its seed: 64 keys, every operation for eight of them', () => {
  const world = operatorsWorld(1)
  assert.is(world.size, worldSize)
  for (const name of Object.keys(operations)) assert.is([...world.values()].filter((value) => value === name).length, 8)
  assert.equal([...operatorsWorld(1)], [...world])
  assert.is.not(JSON.stringify([...operatorsWorld(2)]), JSON.stringify([...world]))
  assert.is(operatorKeys.length, 324)
})

test('tasks are balanced over keys in every split', async () => {
  for (const [split, each] of [
    ['train', 80],
    ['validation', 10],
    ['test', 10],
  ] as const) {
    const counts = new Map<string, number>()
    for (const { cluster } of await operators.load({ split, seed: 1, round: 1 })) counts.set(cluster, (counts.get(cluster) ?? 0) + 1)
    assert.is(counts.size, worldSize)
    assert.ok([...counts.values()].every((count) => count === each))
  }
  const limited = await operators.load({ split: 'train', seed: 1, round: 1, limit: 128 })
  assert.is(new Set(limited.map((task) => task.cluster)).size, worldSize)
})

test('train tasks come in another order each round; validation stays', async () => {
  const first = async (split: 'train' | 'validation', round: number) =>
    (await operators.load({ split, seed: 1, round, limit: 64 }))
      .map((task) => task.id)
      .sort()
      .join()
  assert.is.not(await first('train', 1), await first('train', 2))
  assert.is(await first('validation', 1), await first('validation', 2))
})

test('neither prompt nor metadata tells the operation; the line does, and holds no digit', async () => {
  const [task] = await operators.load({ split: 'test', seed: 1, round: 1, limit: 1 })
  assert.match(task?.prompt ?? '', /^\d[a-z]{2}\d=$/)
  assert.equal(task?.metadata, {})
  assert.is(operatorLine('kx', 'a'), 'kx=a;')
})

test.run()
