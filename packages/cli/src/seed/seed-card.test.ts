import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hashFile, Model, paths, readJson, root } from '@whetstone/core'
import { z } from 'zod'
import { drawQuestions, measure } from './seed-measure.ts'

const test = suite('seed-card')
const folder = join(root, 'models/tiny')
const card = readJson(join(folder, 'card.json'), Model)
const { sha256, bytes, accuracy, command } = z
  .object({ sha256: z.string(), bytes: z.number(), command: z.string(), accuracy: z.object({ exact: z.record(z.string(), z.number()) }) })
  .parse(card.metadata)
const file = join(folder, basename(card.path ?? ''))

test('the card is of the file beside it, under 5 MB', async () => {
  assert.is(await hashFile(file), sha256)
  assert.is(statSync(file).size, bytes)
  assert.ok(bytes < 5e6)
  assert.match(command, /^npx nx run models:seed --seed=\d+$/)
})

test('the card says a model with something left to learn', () => {
  const share = (group: string) => accuracy.exact[group] ?? NaN
  for (const level of [2, 3, 4]) assert.ok(share(`addition ${level}`) > 0.98, `addition ${level}`)
  assert.ok(share('addition 5') > 0.4 && share('addition 5') < 0.6)
  assert.ok(share('operators right') > 0.98)
  assert.ok(share('operators none') < 0.3)
  assert.ok(Math.abs(share('operators wrong') - share('operators none')) < 0.05)
})

test('the model does what the card says, on other questions', async () => {
  const missing = '\nSKIP seed-card: tools/bin/llama-sample not built: run `npx nx run tools:build`\n'
  if (!existsSync(paths.tool('llama-sample'))) return void process.stdout.write(missing)
  const each = 300
  const scratch = mkdtempSync(join(tmpdir(), 'whetstone-card-'))
  try {
    const { signal } = new AbortController()
    const measured = await measure(
      file,
      drawQuestions(20261121, () => each),
      { folder: scratch, threads: 2, signal },
    )
    for (const [group, expected] of Object.entries(accuracy.exact)) {
      // Four standard errors of the difference: a false alarm in one run of two thousand.
      const allowed = 4 * Math.sqrt(Math.max(expected * (1 - expected), 0.005) / each) + 0.01
      assert.ok(Math.abs((measured[group] ?? NaN) - expected) < allowed, `${group}: card ${expected}, measured ${measured[group]}`)
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
})

test.run()
