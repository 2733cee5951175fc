// Hooks against what their formats' documents say: decoded by other code than wrote them, and a server that answers, refuses and is not there.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-hooks-'))
process.env['WHETSTONE_ROOT'] = scratch
const { roundFiles, runFiles } = await import('@whetstone/runs')
const { loadHooks, tellHooks, hookNames } = await import('./run-hooks.ts')
const { crc32c } = await import('./hooks/tensorboard.ts')
const { Round } = await import('@whetstone/core')

const test = suite('hooks')
test.after(() => rmSync(scratch, { recursive: true, force: true }))
const round = Round.parse({
  run: 'r',
  round: 1,
  recipe: 'tiny',
  seed: 1,
  frontier: null,
  incumbent: { id: 'a' },
  candidate: { id: 'b' },
  served: { role: 'candidate', memory: true },
  bank: { size: 7, added: 3, tag: 'round-001', kept: true },
  evaluations: [
    { model: 'candidate', memory: true, split: 'validation', taskset: 'sums', level: 5, n: 8, passed: 4, passRate: 0.5, ci: [0.2, 0.8] },
  ],
  decision: {
    promoted: true,
    reason: 'promoted: better',
    test: 'exact McNemar, one-sided',
    alpha: 0.025,
    arm: 'candidate vs incumbent',
    n: 8,
    clusters: 8,
    incumbentRate: 0.25,
    candidateRate: 0.5,
    difference: 0.25,
    ci: [0, 0.5],
    pValue: 0.01,
    wins: 3,
    losses: 1,
    minimumDetectableEffect: 0.3,
    nonInferiority: [],
    memory: null,
  },
  retest: null,
  harvest: { attempted: 8, passed: 4, kept: 4, replayed: 0, pairs: 0 },
  training: { trainer: 'llama-train sft', steps: 3, seconds: 1, finalLoss: 0.1 },
  untrained: null,
  faults: { retried: 0, failed: 0 },
  truncated: 0,
  looks: 1,
  cost: { seconds: 60, tokens: { prompt: 5, completion: 6 } },
})
for (const file of [runFiles('r').record, roundFiles('r', 1).metrics]) mkdirSync(join(file, '..'), { recursive: true })
writeFileSync(
  runFiles('r').record,
  JSON.stringify({
    run: 'r',
    recipe: 'tiny',
    seed: 1,
    base: 'a',
    createdAt: 'now',
    recipes: [{ round: 1, recipe: { sampling: { temperature: 0.7 } } }],
  }),
)
writeFileSync(roundFiles('r', 1).metrics, [1, 2, 3].map((step) => `${JSON.stringify({ step, steps: 3, loss: 1 / step })}\n`).join(''))

test('jsonl: a line a round', async () => {
  await tellHooks(await loadHooks(['jsonl']), round)
  const [line] = readFileSync(join(runFiles('r').reports, 'events.jsonl'), 'utf8')
    .trim()
    .split('\n')
  const { event, promoted, metrics } = JSON.parse(line as string)
  assert.equal([event, promoted, metrics['validation/candidate-on/sums-5'], metrics['bank/size']], ['round', true, 0.5, 7])
})

test('tensorboard: frames with their checksums, events with their figures', async () => {
  // the check value of CRC-32C, RFC 3720 B.4
  assert.is(crc32c(Buffer.from('123456789')), 0xe3069283)
  await tellHooks(await loadHooks(['tensorboard']), round)
  const folder = join(runFiles('r').reports, 'tensorboard')
  const [file] = readdirSync(folder)
  assert.match(file as string, /^events\.out\.tfevents\.\d{10}\./)
  const data = readFileSync(join(folder, file as string))
  const found: Record<string, [number, number][]> = {}
  let frames = 0
  for (let at = 0; at < data.length; frames++) {
    const length = Number(data.readBigUInt64LE(at))
    const crc = crc32c(data.subarray(at, at + 8))
    assert.is(data.readUInt32LE(at + 8), (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0)
    const body = data.subarray(at + 12, at + 12 + length)
    const sum = crc32c(body)
    assert.is(data.readUInt32LE(at + 12 + length), (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0)
    at += 16 + length
    // wall_time (9 bytes), then step, then the summary's one value: tag and a float at the end
    if (frames === 0) {
      assert.match(body.toString('latin1'), /brain\.Event:2$/)
      continue
    }
    const tag = /[a-z][\w./-]+/.exec(body.subarray(12).toString('latin1'))?.[0] ?? ''
    ;(found[tag] ??= []).push([body[10] as number, body.readFloatLE(body.length - 4)])
  }
  assert.equal(found['bank/size'], [[1, 7]])
  assert.equal(found['training/round-1/loss'], [
    [1, 1],
    [2, 0.5],
    [3, Math.fround(1 / 3)],
  ])
})

test('mlflow: experiment, run, parameters and metrics by its REST interface; the run is found again', async () => {
  const asked: { url: string; body: Record<string, unknown> }[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (piece) => (text += piece))
    request.on('end', () => {
      const url = request.url ?? ''
      asked.push({ url, body: text ? JSON.parse(text) : {} })
      if (url.includes('get-by-name')) return response.writeHead(404).end('{"error_code":"RESOURCE_DOES_NOT_EXIST"}')
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(
          url.endsWith('experiments/create')
            ? '{"experiment_id":"7"}'
            : url.endsWith('runs/create')
              ? '{"run":{"info":{"run_id":"abc"}}}'
              : '{}',
        )
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  process.env['MLFLOW_TRACKING_URI'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  try {
    const hooks = await loadHooks(['mlflow'])
    await tellHooks(hooks, round)
    assert.equal(
      asked.map(({ url }) => url.replace(/\?.*/, '').replace('/api/2.0/mlflow/', '')),
      ['experiments/get-by-name', 'experiments/create', 'runs/create', 'runs/log-batch', 'runs/log-batch'],
    )
    assert.equal(asked[3]?.body['params'], [{ key: 'sampling.temperature', value: '0.7' }])
    const metrics = asked[4]?.body['metrics'] as { key: string; value: number; step: number }[]
    assert.equal(
      metrics.filter(({ key }) => /sums-5|round-1.loss/.test(key)).map(({ key, value, step }) => [key, value, step]),
      [
        ['validation/candidate-on/sums-5', 0.5, 1],
        ['training/round-1/loss', 1, 1],
        ['training/round-1/loss', 0.5, 2],
        ['training/round-1/loss', 1 / 3, 3],
      ],
    )
    await tellHooks(hooks, { ...round, round: 2 })
    assert.match(asked.at(-1)?.url ?? '', /log-batch$/)
    assert.is(asked.filter(({ url }) => url.endsWith('runs/create')).length, 1)
  } finally {
    server.close()
  }
})

test('a hook that fails is said and stops nothing; one that is none is refused before', async () => {
  process.env['MLFLOW_TRACKING_URI'] = 'http://127.0.0.1:1'
  const said: string[] = []
  const write = process.stderr.write.bind(process.stderr)
  process.stderr.write = ((text: string) => (said.push(text), true)) as typeof process.stderr.write
  try {
    await tellHooks(await loadHooks(['mlflow', 'jsonl']), { ...round, run: 'other' })
  } finally {
    process.stderr.write = write
    delete process.env['MLFLOW_TRACKING_URI']
  }
  assert.match(said.join(''), /Hook mlflow did not hear of round 1 .*the run goes on/)
  assert.ok(readFileSync(join(runFiles('other').reports, 'events.jsonl'), 'utf8').length > 0)
  assert.equal(hookNames(), ['jsonl', 'mlflow', 'tensorboard'])
  try {
    await loadHooks(['mlfow'])
    assert.unreachable()
  } catch (error) {
    assert.match((error as Error).message, /No hook "mlfow": did you mean "mlflow"\?/)
  }
})

test.run()
