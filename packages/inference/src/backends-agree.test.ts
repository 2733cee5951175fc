import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isFault, paths, root } from '@whetstone/core'
import type { Backend, GenerateRequest } from '@whetstone/core'
import { describeGguf } from './describe-gguf.ts'
import { llamaSample } from './llama-sample.ts'
import { llamaServer } from './llama-server.ts'
import { nodeLlamaCpp } from './node-llama-cpp.ts'

const test = suite('backends agree')
const weights = join(root, 'models/tiny/whetstone-tiny-f32.gguf')
const requests = Array.from({ length: 200 }, (_, i): GenerateRequest => ({
  id: String(i),
  messages: [{ role: 'user', content: `${100 + i}+${101 + 3 * i}=` }],
  seed: i,
  sampling: { temperature: 0, maxTokens: 12 },
}))

async function answers(backend: Backend): Promise<string[]> {
  await using model = await backend.open(await describeGguf(weights), { concurrency: 16, context: 128, threads: 1 })
  const texts: string[] = []
  for await (const result of model.generate(requests)) if (!isFault(result)) texts[Number(result.id)] = `${result.text} ${result.tokens.prompt}`
  return texts
}

const others: [Backend, string][] = [
  [llamaSample, 'llama-sample'],
  [llamaServer(), 'llama-server'],
]
for (const [backend, tool] of others) {
  test(`${tool} and node-llama-cpp give the same greedy answers`, async () => {
    const missing = [weights, paths.tool(tool)].find((file) => !existsSync(file))
    if (missing) return void process.stdout.write(`\nSKIP ${tool} against node-llama-cpp: ${missing} not found\n`)
    const [ours, theirs] = [await answers(backend), await answers(nodeLlamaCpp)]
    const equal = ours.filter((text, i) => text === theirs[i]).length
    // Batches of another shape sum in another order: a near tie may fall otherwise.
    assert.ok(equal >= 198, `${equal} of 200 are equal`)
  })
}

test.run()
