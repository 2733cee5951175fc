import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { paths } from '@whetstone/core'
import { backendContract } from './contract.ts'
import { describeGguf } from './describe-gguf.ts'
import { llamaSample } from './llama-sample.ts'
import { writeRandomGguf } from './write-random-gguf.ts'

backendContract('llama-sample', async () => {
  if (!existsSync(paths.tool('llama-sample'))) return 'tools/bin/llama-sample not found'
  const file = join(mkdtempSync(join(tmpdir(), 'whetstone-llama-sample-')), 'random.gguf')
  writeRandomGguf(file)
  return { backend: llamaSample, model: await describeGguf(file), context: 128 }
})
