import { existsSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hashFile, Model, paths, readJson, root } from '@whetstone/core'
import { z } from 'zod'
import { chainsGoals, missed } from './chains-course.ts'
import { measureChains } from './measure-chains.ts'

const test = suite('chains-card')
const folder = join(root, 'models/chains')
const card = readJson(join(folder, 'card.json'), Model)
const { sha256, bytes, accuracy, command, ownErrors } = z
  .object({
    sha256: z.string(),
    bytes: z.number(),
    command: z.string(),
    accuracy: z.object({ exact: z.record(z.string(), z.number()) }),
    ownErrors: z.object({ wrong: z.number(), revised: z.number(), fresh: z.number(), located: z.number(), chance: z.number() }),
  })
  .parse(card.metadata)
const file = join(folder, basename(card.path ?? ''))

test('the card is of the file beside it, under 5 MB', async () => {
  assert.is(await hashFile(file), sha256)
  assert.is(statSync(file).size, bytes)
  assert.ok(bytes < 5e6)
  assert.match(command, /^npx nx run models:seed --model=chains --seed=\d+$/)
})

test('the card says a model that meets its goals, and revises its own errors better than a fresh attempt and finds them better than chance', () => {
  assert.equal(missed(accuracy.exact, chainsGoals), [])
  assert.ok(ownErrors.revised > 2 * ownErrors.fresh, JSON.stringify(ownErrors))
  assert.ok(ownErrors.located > 2 * ownErrors.chance, JSON.stringify(ownErrors))
})

test('the model does what the card says, on other questions', async () => {
  const missing = '\nSKIP chains-card: tools/bin/llama-sample not built: run `npx nx run tools:build`\n'
  if (!existsSync(paths.tool('llama-sample'))) return void process.stdout.write(missing)
  const each = 100
  const measured = await measureChains({ ...card, path: file }, { seed: 20261130, each, threads: 2, signal: new AbortController().signal })
  for (const [group, expected] of Object.entries(accuracy.exact)) {
    // Four standard errors of the difference: a false alarm in one run of a thousand.
    const allowed = 4 * Math.sqrt(Math.max(expected * (1 - expected), 0.005) / each) + 0.01
    assert.ok(Math.abs((measured[group] ?? NaN) - expected) < allowed, `${group}: card ${expected}, measured ${measured[group]}`)
  }
})

test.run()
