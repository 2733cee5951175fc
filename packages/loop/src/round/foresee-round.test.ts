import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-foresee-'))
process.env['WHETSTONE_ROOT'] = scratch
const { weightless } = await import('@whetstone/core')
const { roundFiles, runFiles } = await import('@whetstone/runs')
const { foreseeRound } = await import('./foresee-round.ts')
const { secondsEach, showPlan } = await import('@whetstone/attempts/show-plan.ts')

const test = suite('foresee round')
test.after(() => rmSync(scratch, { recursive: true, force: true }))
const put = (file: string, value: unknown) => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value))
}
const probe = { attempts: 100, seconds: 1, tokens: 500 }
const ahead = {
  recipe: 'tiny',
  model: {
    id: 'm',
    name: 'm',
    ...weightless,
    parameters: 1e6,
  },
  run: 'new',
  trainer: { epochs: 2 },
  replay: 0.5,
  right: true,
  train: 1000,
  arms: 2000,
  watch: 100,
  probe,
}

test('the first round goes by the probe and the size of the model; later ones by what this machine took', async () => {
  const first = await foreseeRound(ahead)
  assert.is(first.rounds, 0)
  assert.is(first.sampling, 30)
  assert.ok(first.rest > 2 + 1 + 1, 'the probe itself, and the watch for collapse')
  assert.ok((await foreseeRound({ ...ahead, right: false })).training > 2 * first.training, 'not only right answers become rows')
  assert.ok(first.training > 0 && first.memory > 16e6 && first.disk > 1e6)
  assert.is((await foreseeRound({ ...ahead, trainer: null })).training, 0)

  const ungraded = { attempts: 100, seconds: 0.5, tokens: 200, underway: 0 }
  assert.is((await foreseeRound({ ...ahead, probe: { ...probe, ungraded } })).sampling, 20, 'arms, where no grade is seen, are cheaper')

  const files = roundFiles('past', 1)
  const plan = { train: 100, arms: 4, validation: 10, probe, samplingSeconds: 10, minimumDetectableEffect: 0.1 }
  const step = (name: string, seconds: number, value: unknown) =>
    put(files.step(name), { step: name, fingerprint: 'f', inputs: {}, seconds, value })
  put(runFiles('past').record, { run: 'past', recipe: 'tiny', seed: 1, base: 'm', createdAt: 'now', recipes: [] })
  put(runFiles('past').incumbent, { round: 1, model: ahead.model, bank: null, frontier: null, looks: 1 })
  step('plan', 1, plan)
  step('traces', 120, null)
  step('arms', 80, null)
  put(join(files.dataset, 'traces.jsonl'), 'x'.repeat(1_400_000))
  put(files.round, {
    run: 'past',
    round: 1,
    recipe: 'tiny',
    seed: 1,
    frontier: null,
    incumbent: { id: 'm' },
    candidate: null,
    served: { role: 'incumbent', memory: false },
    bank: { size: 0, added: 0, tag: null, kept: true },
    evaluations: [],
    decision: {
      promoted: false,
      reason: 'kept: x',
      test: 't',
      alpha: 0.025,
      arm: 'a',
      n: 1,
      clusters: 1,
      incumbentRate: 0,
      candidateRate: 0,
      difference: 0,
      ci: [0, 0],
      pValue: 1,
      wins: 0,
      losses: 0,
      minimumDetectableEffect: 1,
      nonInferiority: [],
      memory: null,
    },
    retest: null,
    harvest: { attempted: 100, passed: 50, kept: 20, replayed: 5, pairs: 0 },
    training: { trainer: 't', steps: 10, seconds: 30, finalLoss: 1 },
    untrained: null,
    faults: { retried: 0, failed: 0 },
    truncated: 0,
    cuts: { attempted: 1400, truncated: 0, context: 0 },
    looks: 1,
    cost: { seconds: 240, tokens: { prompt: 1, completion: 1 } },
  })
  const second = await foreseeRound(ahead)
  // an attempt took 1/7 s, whatever its probe had said; a fifth of the train attempts became rows, at 1.2 seconds a row; a kilobyte an attempt and what a report takes
  assert.equal([second.rounds, Math.round(second.sampling), second.training, second.rest], [1, 429, 240, 11])
  assert.ok(second.disk > 3000 * 1000 + 4e6 && second.disk < 3000 * 1100 + 4e6)
  // a run that has rows to replay trains on as many again
  assert.is((await foreseeRound({ ...ahead, run: 'past' })).training, 264)
  assert.is((await foreseeRound({ ...ahead, recipe: 'other' })).rounds, 0)
  assert.is((await foreseeRound({ ...ahead, train: 10_000 })).rounds, 0, 'a smoke round says little of a whole one')
  assert.is((await foreseeRound({ ...ahead, model: { ...ahead.model, parameters: 2e7 } })).rounds, 0)
  assert.is(secondsEach({ attempts: 8, seconds: 9, tokens: 0, underway: 56 }), 0.25)
  const text = showPlan({ ...plan, foreseen: second }, { run: 'past', round: 2, trains: true })
  assert.match(text, /time +about 11m20s: sampling 7m09s .*training 4m00s\n +corrected by what 1 earlier round took here/)
  assert.ok(text.split('\n').every((line) => line.length <= 80))
  const longest = { taskset: 'mine', task: 'mine-7', tokens: 812, context: 1024, fits: true }
  const tasks = [
    { taskset: 'mine', found: 'CSV, separated by semicolons; 60 rows, 57 distinct questions, 3 ask one again; answers 57 number' },
  ]
  const told = showPlan({ ...plan, foreseen: second, tasks, longest }, { run: 'past', round: 2, trains: true })
  assert.match(
    told.replace(/\n +/g, ' '),
    /tasks +mine: CSV, separated by semicolons; 60 rows, 57 distinct questions, 3 ask one again; answers 57 number/,
  )
  assert.match(told, /longest +the prompt of mine-7 has 812 tokens of a context of 1024/)
  assert.ok(told.split('\n').every((line) => line.length <= 80))
  const cut = showPlan({ ...plan, longest: { ...longest, fits: false } }, { run: 'past', round: 2, trains: true })
  assert.match(cut.replace(/\n +/g, ' '), /mine-7 does not fit into a context of 1024 tokens: such attempts fail as "context"/)
})

test.run()
