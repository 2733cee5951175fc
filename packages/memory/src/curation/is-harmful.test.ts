import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random, type Trace } from '@whetstone/core'
import { holdOut } from '../hold-out.ts'
import { isHarmful } from './is-harmful.ts'
import { countUses, measureLift } from './measure-lift.ts'

const test = suite('isHarmful')

type Use = Pick<Trace, 'memories' | 'grade' | 'round' | 'tokens'>
const asTrace = (use: Use) => use as Trace

/** Retrieves one memory 40 times a round for 10 rounds, a fifth of the time withheld, and says after how many uses it is retired (0: never). */
async function retiredAfter(seed: number, world: { without: number; with: number }): Promise<number> {
  const next = random(seed)
  const uses: Use[] = []
  for (let use = 0; use < 400; use++) {
    const { shown, withheld } = holdOut([{ id: 'memory' }], { probability: 0.2, seed, attempt: `task-${use}` })
    const passed = next() < (shown.length ? world.with : world.without)
    uses.push({
      round: 1 + Math.floor(use / 40),
      memories: { shown: shown.map(({ id }) => id), withheld: withheld.map(({ id }) => id) },
      grade: { passed, reward: +passed, parts: {}, reason: '', feedback: '' },
      tokens: { prompt: 1, completion: 1 },
    })
    if ((use + 1) % 40) continue
    const lift = measureLift(await countUses(uses.map(asTrace)), { round: uses.at(-1)?.round as number, halfLife: 8 }).get('memory')
    if (lift && isHarmful(lift)) return use + 1
  }
  return 0
}

const worlds = [
  { name: 'harmful, 60% -> 35%', without: 0.6, with: 0.35, least: 180, most: 200 },
  { name: 'harmful, 50% -> 30%', without: 0.5, with: 0.3, least: 180, most: 200 },
  { name: 'helpful, 50% -> 60%', without: 0.5, with: 0.6, least: 0, most: 10 },
  { name: 'helpful, 30% -> 50%', without: 0.3, with: 0.5, least: 0, most: 10 },
  { name: 'idle, 50% -> 50%', without: 0.5, with: 0.5, least: 0, most: 24 },
]
for (const { name, least, most, ...world } of worlds) {
  test(`${name}: retired in ${least} to ${most} of 200 simulations within 400 uses`, async () => {
    const after = await Promise.all(Array.from({ length: 200 }, (_, seed) => retiredAfter(seed + 1, world)))
    const retired = after.filter((uses) => uses > 0).length
    assert.ok(retired >= least && retired <= most, `${retired} of 200`)
  })
}

test('lift is a fold over traces: order does not matter, old evidence fades', async () => {
  const use = (round: number, shown: boolean, passed: boolean): Trace =>
    asTrace({
      round,
      memories: shown ? { shown: ['m'], withheld: [] } : { shown: [], withheld: ['m'] },
      grade: { passed, reward: 0, parts: {}, reason: '', feedback: '' },
      tokens: { prompt: 1, completion: 1 },
    })
  const uses = [use(1, true, true), use(1, false, false), use(9, true, false), use(9, false, false)]
  const lift = measureLift(await countUses(uses), { round: 9, halfLife: 8 }).get('m')
  assert.equal([lift?.shown, lift?.shownPassed, lift?.withheld, lift?.uses, lift?.lastRound], [1.5, 0.5, 1.5, 4, 9])
  assert.equal(measureLift(await countUses([...uses].reverse()), { round: 9, halfLife: 8 }).get('m'), lift)
  assert.equal(
    measureLift(await countUses([use(1, true, true)]), { round: 1, halfLife: 8 }).get('m')?.ci,
    [-1, 1],
    'never withheld: nothing is known',
  )
})

test('the interval is that of Newcombe 1998b, method 10: 56/70 against 48/80 is 0.0524 to 0.3339', async () => {
  const arm = (which: 'shown' | 'withheld', passed: number, n: number) =>
    Array.from({ length: n }, (_, i) =>
      asTrace({
        round: 1,
        memories: { shown: [], withheld: [], [which]: ['m'] },
        grade: { passed: i < passed, reward: 0, parts: {}, reason: '', feedback: '' },
        tokens: { prompt: 1, completion: 1 },
      }),
    )
  const { ci } = measureLift(await countUses([...arm('shown', 56, 70), ...arm('withheld', 48, 80)]), { round: 1, halfLife: 8 }).get(
    'm',
  ) as {
    ci: [number, number]
  }
  assert.equal(
    ci.map((limit) => limit.toFixed(4)),
    ['0.0524', '0.3339'],
  )
})

test.run()
