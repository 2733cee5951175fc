// Several trainings between two gates, on the real tiny model: stopped in the middle they go on to the same weights.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Round } from '@whetstone/core'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-micro-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['WHETSTONE_PROGRESS'] = 'none'
const { cycle } = await import('@whetstone/loop/round/cycle.ts')
const { reportRound } = await import('@whetstone/reports/report-round.ts')
const { openRun, roundFiles } = await import('@whetstone/runs')
const { resolveRecipe } = await import('../../recipe/resolve-recipe.ts')

const test = suite('micro-rounds')
const small = [
  'rounds=3',
  'above=4',
  'rows=160',
  'each=24',
  'replay=30',
  'average=2',
  'settle.rows=160',
  'settle.attempts=48',
  'settle.resample=2',
]

async function run(name: string, signal = new AbortController().signal, set: string[] = []): Promise<Round[]> {
  const flags = { recipe: 'ladder', seed: 3, limit: 30, threads: 2, set: [...small.map((each) => `micro.${each}`), ...set] }
  const { recipe, base } = await resolveRecipe(flags as Parameters<typeof resolveRecipe>[0])
  return cycle({
    ...{ recipe, base, run: name, until: { round: 1 }, seedGiven: true, threads: 2, signal },
    ...{ report: reportRound, finished: () => {}, print: () => {} },
  })
}

test('each trains on fresh attempts; stopped between two of them, the round ends with the same weights', async () => {
  const [whole] = await run('whole')
  const micro = whole?.training?.micro ?? []
  assert.equal(micro.map((each) => each.micro), [1, 2, 3, 4]) // prettier-ignore
  for (const { rows, steps } of micro)
    assert.ok(rows > 0 && rows <= 160 && steps === Math.ceil(rows / 32), `${steps} steps of ${rows} rows`)
  assert.is(new Set(micro.map(({ model }) => model)).size, 4, 'every training makes other weights')
  assert.is(
    whole?.training?.steps,
    micro.reduce((sum, { steps }) => sum + steps, 0),
  )
  assert.equal(micro.slice(0, 3).map(({ window }) => (window?.[1] ?? 0) - (window?.[0] ?? 0)), [3, 3, 3]) // prettier-ignore
  assert.is(micro[0]?.attempted, 0, 'the first takes the attempts that the round began with')
  assert.ok((micro[1]?.attempted ?? 0) >= 4 * 24 && (micro[3]?.passed ?? 0) > 0)
  const reader = openRun('whole').round(1)
  const own = reader.step('traces')?.attempted ?? 0
  assert.is(whole?.harvest.attempted, micro.reduce((sum, { attempted }) => sum + attempted, own)) // prettier-ignore
  // every row leads to a trace that passed, of the model that the training began with
  const { examples, traces } = readMicro('whole', '02')
  for (const { trace } of examples) assert.ok(traces.get(trace as string) ?? passedBefore('whole').has(trace as string), `${String(trace)}`)

  const stop = new AbortController()
  const stopped = run('stopped', stop.signal).catch((error: Error) => error)
  while (!existsSync(roundFiles('stopped', 1).micro('02').record)) await sleep(5)
  stop.abort()
  assert.instance(await stopped, Error)
  assert.not(existsSync(roundFiles('stopped', 1).step('candidate')))
  const before = readFileSync(roundFiles('stopped', 1).micro('02').record, 'utf8')
  // other settings in the middle are refused, and say so
  const refused = await run('stopped', undefined, ['micro.visits=1']).catch((error: Error) => error)
  assert.match((refused as Error).message, /other inputs .*--redo-from=|--redo-from=candidate/)
  const [again] = await run('stopped')
  assert.is(readFileSync(roundFiles('stopped', 1).micro('02').record, 'utf8'), before, 'what was done is not done again')
  assert.is(again?.candidate?.id, whole?.candidate?.id)
  // examples in the funnel name traces, whose ids hold the run's name
  assert.equal({ ...again?.harvest, funnel: null }, { ...whole?.harvest, funnel: null })
  assert.equal({ ...again?.decision }, { ...whole?.decision })
})

function readMicro(name: string, micro: string) {
  const files = roundFiles(name, 1).micro(micro)
  const rows = (file: string) => readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, any>) // prettier-ignore
  const examples = rows(join(files.dataset, 'examples.jsonl'))
  return { examples, traces: new Map(rows(files.traces).map(({ id, grade }) => [id as string, grade.passed as boolean])) }
}
const passedBefore = (name: string) => {
  const text = readFileSync(roundFiles(name, 1).traces, 'utf8').trim().split('\n')
  return new Set(text.map((line) => JSON.parse(line)).filter(({ grade }) => grade.passed).map(({ id }) => id as string)) // prettier-ignore
}

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
