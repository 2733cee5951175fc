// A real round on the tiny model's real weights, with few tasks: sampled, graded, remembered, trained, gated.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Round, Trainer } from '@whetstone/core'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-cycle-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['WHETSTONE_PROGRESS'] = 'none'
const { Memory, Round: RoundSchema } = await import('@whetstone/core')
const { openRun } = await import('@whetstone/runs')
const { cycle } = await import('@whetstone/loop/round/cycle.ts')
const { openBank } = await import('@whetstone/memory')
const { reportRound, roundScreen } = await import('@whetstone/reports/report-round.ts')
const { resolveRecipe } = await import('../../recipe/resolve-recipe.ts')

const test = suite('cycle on the tiny model')
const flags = { recipe: 'tiny', seed: 3, limit: 160, samples: 2, threads: 2 } as Parameters<typeof resolveRecipe>[0]
const rounds = async (
  run: string,
  options: { recipe?: string; trainer?: Trainer; seed?: number; limit?: number } = {},
): Promise<{ rounds: Round[]; printed: string[] }> => {
  const { recipe, base, roles } = await resolveRecipe({
    ...flags,
    recipe: options.recipe ?? 'tiny',
    seed: options.seed ?? 3,
    limit: options.limit ?? 160,
  })
  const printed: string[] = []
  const done = await cycle({
    recipe: options.trainer ? { ...recipe, trainer: options.trainer } : recipe,
    base,
    roles,
    run,
    until: { rounds: 1 },
    seedGiven: true,
    threads: 2,
    signal: new AbortController().signal,
    report: reportRound,
    finished: (round) => printed.push(roundScreen(round)),
    print: (text) => printed.push(text),
  })
  return { rounds: done, printed }
}
let first: Round

test('a round ends with a decision, a report and a screen that fits', async () => {
  const {
    rounds: [round],
    printed,
  } = await rounds('small')
  first = round as Round
  const folder = openRun('small').round(1).files.report
  assert.equal(RoundSchema.parse(JSON.parse(readFileSync(join(folder, 'round.json'), 'utf8'))), JSON.parse(JSON.stringify(first)))
  for (const file of ['report.html', 'report.md', 'arms.png', 'train.log']) assert.ok(existsSync(join(folder, file)), file)
  const [screen = ''] = printed
  assert.ok(screen.split('\n').length <= 24, `${screen.split('\n').length} lines`)
  assert.match(screen, /=> (promoted|kept): /)
  assert.match(screen, /minimum detectable effect/)
})

test('four arms on the same tasks; the memories help on operators, where the bank knows the key', () => {
  const rate = (model: string, memory: boolean, taskset: string) =>
    first.evaluations.find((each) => each.model === model && each.memory === memory && each.taskset === taskset)?.passRate ?? NaN
  for (const model of ['incumbent', 'candidate'])
    assert.ok(
      rate(model, true, 'operators') > rate(model, false, 'operators') + 0.3,
      `${model}: ${rate(model, false, 'operators')} -> ${rate(model, true, 'operators')}`,
    )
  assert.is(new Set(first.evaluations.map(({ model, memory }) => `${model} ${memory}`)).size, 4)
})

test('every training row walks back to a passed trace that the incumbent wrote', async () => {
  const round = openRun('small').round(1)
  const traces = new Map((await Array.fromAsync(round.traces.rows())).map((trace) => [trace.id, trace]))
  const rows = await Array.fromAsync(round.examples())
  assert.ok(rows.length > 100)
  for (const row of rows) {
    const trace = traces.get(row.trace)
    assert.ok(trace?.grade.passed)
    assert.is(trace?.policy.model, first.incumbent.id)
    assert.equal(row.messages.at(-1), trace?.messages.at(-1))
    assert.is(trace?.split, 'train')
  }
})

test('every memory walks back to graded attempts of this round', async () => {
  const run = openRun('small')
  const traces = new Set((await Array.fromAsync(run.trainTraces())).map(({ id }) => id))
  await using bank = await openBank({ uri: run.files.bank, embedder: null })
  const memories = await bank.memories()
  assert.ok(memories.length > 10)
  for (const memory of memories) {
    Memory.parse(memory)
    assert.ok(memory.sourceTraces.length > 0 && memory.sourceTraces.every((id) => traces.has(id)))
  }
})

test('the control with shuffled answers is kept', async () => {
  const {
    rounds: [round],
  } = await rounds('shuffled', { recipe: 'tiny-shuffled' })
  assert.ok(round?.candidate)
  assert.is(round?.training?.steps, first.training?.steps)
  assert.not.ok(round?.decision.promoted)
})

test('the model gated against itself is kept, five times', async () => {
  const unchanged: Trainer = {
    name: 'unchanged',
    reads: [],
    tools: [],
    train: async ({ base }) => ({ model: base, steps: 0, seconds: 0, finalLoss: 0 }),
  }
  for (const seed of [11, 12, 13, 14, 15]) {
    const {
      rounds: [round],
    } = await rounds(`self-${seed}`, { trainer: unchanged, seed, limit: 64 })
    assert.ok(round?.candidate)
    assert.not.ok(round?.decision.promoted, `seed ${seed} promoted the model over itself`)
  }
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
