// A round that is killed at every kind of moment, and started twice at once, under clocks that jump and in odd places, ends as an undisturbed one in all but times.
// A few of each in CI; WHETSTONE_TORTURE=100 for the long one, or WHETSTONE_TORTURE=25 with each WHETSTONE_TORTURE_SEED of 1 to 4.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { clear, inRound, kills, lines, next, pick, runUndisturbed, sameAs, scratch, start, until } from './tortured-round.ts'

const test = suite('torture: kills')
test.before(runUndisturbed)

/** Moments of a round, by what lies on the disk then. */
const moments: [name: string, come: (folder: string) => boolean][] = [
  ...['plan', 'traces', 'memories', 'dataset', 'candidate', 'arms', 'decision'].map((step): (typeof moments)[number] => [
    `step ${step}`,
    (folder) => existsSync(inRound(folder, 'reports', `steps/${step}.json`)),
  ]),
  ['its begin', () => true],
  ['the first train attempts', (folder) => lines(inRound(folder, 'datasets', 'traces.jsonl.chunks')) > 0],
  ['training', (folder) => lines(inRound(folder, 'checkpoints', 'metrics.jsonl')) > 2],
  ['the end of training', (folder) => lines(inRound(folder, 'checkpoints', 'metrics.jsonl')) > 8],
  ['the validation', (folder) => lines(inRound(folder, 'datasets', 'validation-incumbent-off.jsonl.chunks')) > 0],
  ['the report', (folder) => existsSync(inRound(folder, 'reports', 'round.json'))],
]

test(`killed ${kills} times at moments of every kind, the round ends as the undisturbed one`, async () => {
  let folder = join(scratch, 'killed-0')
  const history: string[] = []
  const struck = new Map<string, number>()
  // Every fifth is ended by a signal that it may answer, which counts for none.
  for (let kill = 0, gentle = 0; kill < kills;) {
    const [name, come] = kill === 0 ? (moments.find(([moment]) => moment === 'training') as (typeof moments)[number]) : pick(moments)
    const signal = next() < 0.2 ? pick(['SIGHUP', 'SIGTERM'] as const) : 'SIGKILL'
    const run = start(folder)
    const delay = (name === 'its begin' ? 1500 : 200) * next()
    await until(run, () => come(folder))
    await sleep(delay)
    if (!run.over) struck.set(name, (struck.get(name) ?? 0) + 1)
    run.child.kill(signal)
    const { code, output } = await run.ended
    history.push(`${signal} at ${name} + ${delay.toFixed(0)} ms`)
    clear(output)
    if (code !== 0) {
      if (signal === 'SIGKILL') kill++
      else gentle++
      continue
    }
    sameAs(folder, `after ${history.join('; ')}`)
    folder = join(scratch, `killed-${kill}-${gentle}-${history.length}`) // it was done: the next ones begin anew
  }
  const { code, output } = await start(folder).ended
  assert.is(code, 0, `${history.join('; ')}: ${output}`)
  sameAs(folder, `after ${history.join('; ')}`)
  if (kills > 3) console.log([...struck].map(([name, count]) => `${count} at ${name}`).join(', '))
})

test('of two that start at once one does the round, the other names it', async () => {
  for (let pair = 0; pair < Math.max(1, kills / 20); pair++) {
    const folder = join(scratch, `pair-${pair}`)
    const both = await Promise.all([start(folder).ended, start(folder).ended])
    const codes = both.map(({ code }) => code).sort()
    assert.ok(codes.join() === '0,1' || codes.join() === '0,0', codes.join())
    for (const { code, output } of both) if (code === 1) assert.match(output, /Run tiny is in use by process \d+/)
    sameAs(folder, 'after two starters')
  }
})

test.run()
