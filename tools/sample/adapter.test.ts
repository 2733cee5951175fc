// One adapter, served in every way: llama-sample --lora, merged weights, llama-server --lora.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { paths } from '@whetstone/core'
import { serveModel } from '@whetstone/inference/serve-model.ts'
import { fromJsonl, haveTools, makeModel, testFolder, toJsonl, tool } from '../rows/make-model.ts'

const test = suite('adapter')
const built = haveTools('adapter', ['llama-init', 'llama-sample', 'llama-train', 'llama-export-lora'])
const folder = testFolder('adapter')
const it = (what: string, check: () => void | Promise<void>) =>
  test(what, async () => {
    if (built) await check()
  })
const base = built ? makeModel(folder, 'base', { embedding_length: 96 }) : ''
const adapter = join(folder, 'adapter.gguf')
const merged = join(folder, 'merged.gguf')
const prompts = Array.from({ length: 200 }, (_, i) => `${i}=`)
const answer = (i: number) => `${i % 10}${i}`

const greedy = (...model: string[]): string[] => {
  const rows = prompts.map((prompt, id) => ({ id, prompt, temperature: 0, max_tokens: 8 }))
  const { code, out, error } = tool('llama-sample', [...model, '--data', '-', '-t', '1', '-np', '16'], toJsonl(rows))
  if (code !== 0) throw new Error(error)
  return fromJsonl<{ id: number; text: string }>(out)
    .filter(({ id }) => id !== undefined)
    .sort((a, b) => a.id - b.id)
    .map(({ text }) => text)
}
const equal = (a: readonly string[], b: readonly string[]) => a.filter((text, i) => text === b[i]).length
let adapted: string[] = []

it('an adapter trained on a few pairs changes what the model says', () => {
  const data = join(folder, 'train.jsonl')
  writeFileSync(data, toJsonl(prompts.map((prompt, i) => ({ prompt, completion: answer(i) }))))
  const { code, error } = tool('llama-train', [
    'sft',
    '-m',
    base,
    '--data',
    data,
    '--lora-rank',
    '8',
    '--out',
    adapter,
    '--steps',
    '150',
    '--batch',
    '32',
    '--lr',
    '0.01',
    '--workers',
    '1',
    '--seed',
    '1',
    '--progress',
    'none',
  ])
  assert.is(code, 0, error)
  adapted = greedy('-m', base, '--lora', adapter)
  assert.is(adapted.length, 200)
  assert.ok(equal(adapted, greedy('-m', base)) < 20)
  assert.ok(
    equal(
      adapted,
      prompts.map((_, i) => answer(i)),
    ) > 100,
    `learnt ${equal(
      adapted,
      prompts.map((_, i) => answer(i)),
    )} of 200, so ties would hide a difference`,
  )
})

it('base + adapter = merged weights', () => {
  const { code, error } = tool('llama-export-lora', ['-m', base, '--lora', adapter, '-o', merged, '-t', '1'])
  assert.is(code, 0, error)
  const same = equal(adapted, greedy('-m', merged))
  assert.ok(same >= 198, `${same} of 200 equal`)
})

it('base + adapter = llama-server --lora', async () => {
  if (!existsSync(paths.tool('llama-server'))) {
    process.stdout.write('\nSKIP adapter against llama-server: not built: run `npx nx run tools:build --tool=llama-server`\n')
    return
  }
  await using server = await serveModel({
    binary: paths.tool('llama-server'),
    args: ['-m', base, '--lora', adapter, '-c', '512', '-np', '4', '-t', '1'],
  })
  const url = await server.address(false, AbortSignal.timeout(60_000))
  const served: string[] = []
  for (const prompt of prompts) {
    const response = await fetch(`${url}/completion`, {
      method: 'POST',
      body: JSON.stringify({ prompt, n_predict: 8, temperature: 0, cache_prompt: false }),
    })
    served.push(((await response.json()) as { content: string }).content)
  }
  const same = equal(adapted, served)
  assert.ok(same >= 198, `${same} of 200 equal`)
})

test.run()
