import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isFault, paths, root } from '@whetstone/core'
import type { Backend, GenerateRequest } from '@whetstone/core'
import { checkGguf } from './check-gguf.ts'
import { describeGguf } from './describe-gguf.ts'
import llamaSample from './backends/llama-sample.ts'
import llamaServer from './backends/llama-server.ts'
import nodeLlamaCpp from './backends/node-llama-cpp.ts'
import { writeRandomAdapter } from './write-random-gguf.ts'

const test = suite('backends agree')
const folder = mkdtempSync(join(tmpdir(), 'backends-agree-'))
test.after(() => rmSync(folder, { recursive: true }))
const weights = join(root, 'models/tiny/whetstone-tiny-f32.gguf')
const requests = Array.from({ length: 200 }, (_, i): GenerateRequest => ({
  id: String(i),
  messages: [{ role: 'user', content: `${100 + i}+${101 + 3 * i}=` }],
  seed: i,
  sampling: { temperature: 0, maxTokens: 12 },
}))

async function answers(backend: Backend, adapter: string | null): Promise<string[]> {
  await using model = await backend.open({ ...(await describeGguf(weights)), adapter }, { concurrency: 16, context: 128, threads: 1 })
  const texts: string[] = []
  for await (const result of model.generate(requests))
    if (!isFault(result)) texts[Number(result.id)] = `${result.text} ${result.tokens.prompt}`
  return texts
}

const others: [Backend, string][] = [
  [llamaSample(), 'llama-sample'],
  [llamaServer(), 'llama-server'],
]
for (const [backend, tool] of others) {
  test(`${tool} and node-llama-cpp give the same greedy answers, with an adapter too`, async () => {
    const missing = [weights, paths.tool(tool)].find((file) => !existsSync(file))
    if (missing) return void process.stdout.write(`\nSKIP ${tool} against node-llama-cpp: ${missing} not found\n`)
    const { blockCount, embeddingLength } = checkGguf(weights)
    const random = writeRandomAdapter(join(folder, 'adapter.gguf'), { blocks: blockCount as number, embedding: embeddingLength as number })
    for (const adapter of [null, random]) {
      const [ours, theirs] = [await answers(backend, adapter), await answers(nodeLlamaCpp(), adapter)]
      const equal = ours.filter((text, i) => text === theirs[i]).length
      // Batches of another shape, and plain attention in place of flash attention, sum in another order: a near tie may fall otherwise.
      assert.ok(equal >= 195, `${equal} of 200 are equal${adapter ? ' with an adapter' : ''}`)
    }
  })
}

test.run()
