import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import { forgetFrom, stepNames, stepsIn, stepSeconds } from './step.ts'

const test = suite('step')
const fresh = () => mkdtempSync(join(tmpdir(), 'whetstone-step-'))
const N = z.object({ n: z.number() })

test('work is done once and its value reused', async () => {
  const folder = fresh()
  const step = stepsIn(folder, { run: 'a', round: 1 })
  let calls = 0
  const work = async () => ({ n: ++calls })
  assert.equal(await step('traces', N, { a: 1 }, work), { n: 1 })
  assert.equal(await stepsIn(folder, { run: 'a', round: 1 })('traces', N, { a: 1 }, work), { n: 1 })
  assert.is(calls, 1)
  assert.ok((stepSeconds(folder).traces as number) >= 0)
  rmSync(folder, { recursive: true })
})

test('other inputs are refused, with what changed and what to do', async () => {
  const folder = fresh()
  const step = stepsIn(folder, { run: 'a', round: 1 })
  await step('traces', N, { recipe: { lr: 1, batch: 2 }, seed: 1 }, async () => ({ n: 1 }))
  let message = ''
  await step('traces', N, { recipe: { lr: 3, batch: 2 }, seed: 1 }, async () => ({ n: 2 })).catch(
    (error: Error) => (message = error.message),
  )
  assert.match(message, /step "traces" with other inputs \(recipe\.lr\).*--redo-from=traces.*--run=/)
  rmSync(folder, { recursive: true })
})

test('work that fails, or gives something else than its schema says, leaves nothing', async () => {
  const folder = fresh()
  const step = stepsIn(folder, { run: 'a', round: 1 })
  const failing: (() => Promise<{ n: number }>)[] = [
    () => Promise.reject(new Error('no')),
    async () => ({ n: 'x' }) as unknown as { n: number },
  ]
  for (const work of failing) {
    let failed = false
    await step('dataset', N, {}, work).catch(() => (failed = true))
    assert.ok(failed)
    assert.equal(readdirSync(folder), [])
  }
  rmSync(folder, { recursive: true })
})

test('forgetting a step forgets what follows it, and only that', async () => {
  const folder = fresh()
  const step = stepsIn(folder, { run: 'a', round: 1 })
  for (const name of stepNames) await step(name, N, {}, async () => ({ n: 1 }))
  forgetFrom(folder, 'dataset', { dataset: folder, checkpoint: join(folder, 'none') })
  assert.equal(readdirSync(folder).sort(), ['memories.json', 'plan.json', 'traces.json'])
  rmSync(folder, { recursive: true })
})

test.run()
