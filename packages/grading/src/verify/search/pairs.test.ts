import { availableParallelism } from 'node:os'
import { random } from '@whetstone/core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openMathsPool, verifyMaths } from '../maths.ts'
import { drawPair, pairKinds } from './pairs.ts'

/** How many pairs: 50,000 for a thorough look, `WHETSTONE_PAIRS=50000 npm test -- search/pairs`. */
const count = Number(process.env['WHETSTONE_PAIRS'] ?? 4000)
const test = suite('metamorphic pairs')
const pool = openMathsPool(Math.min(4, availableParallelism()))
test.after(() => pool.close())

for (const kind of pairKinds)
  test(kind, async () => {
    const draw = random(20_261_130)
    const pairs = Array.from({ length: Math.ceil(count / pairKinds.length) }, () => drawPair(kind, draw))
    const queue = pairs.values()
    const wrong: string[] = []
    const lane = async () => {
      for (const { change, gold, answer, same } of queue) {
        const { correct, reason } = await verifyMaths({ gold: `\\boxed{${gold}}`, answer: `So it is \\boxed{${answer}}.`, pool })
        if (correct !== same)
          wrong.push(`${change}: ${gold} <> ${answer} is ${correct ? 'right' : reason}, not ${same ? 'right' : 'wrong'}`)
      }
    }
    await Promise.all([lane(), lane(), lane(), lane()])
    assert.ok(new Set(pairs.map(({ change }) => change)).size > 4, 'a kind needs changes')
    assert.equal([...new Set(wrong)].slice(0, 20), [])
  })

test.run()
