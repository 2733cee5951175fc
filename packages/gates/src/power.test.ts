import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { warnOfPower } from './power.ts'

const test = suite('power')

test('says nothing when the plan can show what it seeks', () =>
  assert.is(warnOfPower({ n: 750, discordance: 0.2, alpha: 0.025, sought: 0.1 }), ''))

test('says how unlikely, and how many tasks it would take', () => {
  const text = warnOfPower({ n: 100, discordance: 0.24, alpha: 0.025, sought: 0.08 })
  assert.match(
    text,
    /^This round is unlikely to show a gain of \+8\.0 points: with 100 tasks it\n  would be seen 29\.\d% of the time; 3\d\d tasks would do \(80%\)\n/,
  )
  assert.is(text.split('\n').length, 8)
  const clustered = warnOfPower({ n: 100, discordance: 0.24, alpha: 0.025, sought: 0.08, designEffect: 2 })
  assert.ok(Number(/; (\d+) tasks/.exec(clustered)?.[1]) > 1.9 * Number(/; (\d+) tasks/.exec(text)?.[1]))
})

test.run()
