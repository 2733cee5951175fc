import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-step-'))
process.env['WHETSTONE_ROOT'] = scratch
const { BadInput, RecordedPath } = await import('@whetstone/core')
const { forgetFrom, stepsIn, stepSeconds } = await import('./step.ts')
const { stepNames } = await import('./step-names.ts')
const { roundFiles } = await import('./run-files.ts')

const test = suite('step')
let runs = 0
const fresh = () => ({ run: `run-${runs++}`, round: 1 })
const steps = ({ run, round }: { run: string; round: number }) => {
  const { steps: folder } = roundFiles(run, round)
  return existsSync(folder) ? readdirSync(folder).sort() : []
}
const N = z.object({ n: z.number() })

test('work is done once and its value reused', async () => {
  const at = fresh()
  const step = stepsIn(at)
  let calls = 0
  const work = async () => ({ n: ++calls })
  assert.equal(await step('traces', N, { a: 1 }, work), { n: 1 })
  assert.equal(await stepsIn(at)('traces', N, { a: 1 }, work), { n: 1 })
  assert.is(calls, 1)
  assert.ok((stepSeconds(roundFiles(at.run, 1)).traces as number) >= 0)
})

test('other inputs are refused, with what changed and what to do', async () => {
  const at = fresh()
  const step = stepsIn(at)
  await step('traces', N, { recipe: { lr: 1, batch: 2 }, seed: 1 }, async () => ({ n: 1 }))
  let message = ''
  await step('traces', N, { recipe: { lr: 3, batch: 2 }, seed: 1 }, async () => ({ n: 2 })).catch(
    (error: Error) => (message = error.message),
  )
  assert.match(message, /step "traces" with other inputs \(recipe\.lr\).*--redo-from=traces.*--run=/)
})

test('work that fails, or gives something else than its schema says, leaves nothing', async () => {
  const at = fresh()
  const step = stepsIn(at)
  const failing: (() => Promise<{ n: number }>)[] = [
    () => Promise.reject(new Error('no')),
    async () => ({ n: 'x' }) as unknown as { n: number },
  ]
  for (const work of failing) {
    let failed = false
    await step('dataset', N, {}, work).catch(() => (failed = true))
    assert.ok(failed)
    assert.equal(steps(at), [])
  }
})

for (const [name, wound] of [
  ['a record that is torn', (at) => truncateSync(roundFiles(at.run, 1).step('traces'), 40)],
  ['a value that was changed', (at) => flip(roundFiles(at.run, 1).step('traces'), '"n": 1', '"n": 2')],
  ['rows that were changed', (at) => flip(roundFiles(at.run, 1).traces, 'one', 'ona')],
  ['rows that are gone', (at) => rmSync(roundFiles(at.run, 1).traces)],
] as [string, (at: { run: string; round: number }) => void][])
  test(`${name}: the step says what and how to go on, and nothing is built upon it`, async () => {
    const at = fresh()
    const { dataset, traces } = roundFiles(at.run, 1)
    const work = async () => (mkdirSync(dataset, { recursive: true }), writeFileSync(traces, 'one\n'), { n: 1 })
    await stepsIn(at)('traces', N, { a: 1 }, work)
    assert.equal(await stepsIn(at)('traces', N, { a: 1 }, work), { n: 1 })
    wound(at)
    const failed = await stepsIn(at)('traces', N, { a: 1 }, work).catch((error: unknown) => error)
    assert.instance(failed, BadInput)
    assert.match((failed as Error).message, /is not what step "traces" of round 1 .* wrote .*--redo-from=traces/)
  })
function flip(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8')
  assert.ok(text.includes(from), text)
  writeFileSync(file, text.replace(from, to))
}

test('forgetting a step forgets what follows it, and only that', async () => {
  const at = fresh()
  const step = stepsIn(at)
  for (const name of stepNames) await step(name, N, {}, async () => ({ n: 1 }))
  forgetFrom(roundFiles(at.run, 1), 'dataset')
  assert.equal(steps(at), ['memories.json', 'plan.json', 'traces.json'])
})

test('tasks that were frozen when a step ended stay: those that later steps add are no damage, a torn line is', async () => {
  const at = fresh()
  const { dataset } = roundFiles(at.run, 1)
  const tasks = join(dataset, 'tasks.jsonl')
  mkdirSync(dataset, { recursive: true })
  writeFileSync(tasks, '{"id":"a"}\n{"id":"b"}\n')
  const traces = () => stepsIn(at)('traces', N, {}, async () => ({ n: 1 }))
  await traces()
  writeFileSync(tasks, '{"id":"c"}\n', { flag: 'a' })
  assert.equal(await traces(), { n: 1 })
  truncateSync(tasks, 15)
  const error = await traces().then(
    () => null,
    (thrown: Error) => thrown,
  )
  assert.instance(error, BadInput)
  assert.match(error!.message, /tasks\.jsonl is not what step "traces" .*bring it back from a copy, or .*--redo-from=traces/)
})

test('a path in the inputs or the value is kept relative to the repository', async () => {
  const at = fresh()
  const value = z.object({ file: RecordedPath })
  const file = join(scratch, 'checkpoints/x/candidate.gguf')
  assert.equal(await stepsIn(at)('candidate', value, { file }, async () => ({ file })), { file })
  const written = readFileSync(roundFiles(at.run, 1).step('candidate'), 'utf8')
  assert.not.ok(written.includes(scratch))
  assert.equal(await stepsIn(at)('candidate', value, { file: 'checkpoints/x/candidate.gguf' }, async () => ({ file: '' })), { file })
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
