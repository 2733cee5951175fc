import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, root } from '@whetstone/core'
import { fetchGpuLibraries, gpuKinds, gpuPackages } from './fetch-gpu-libraries.ts'

const test = suite('fetchGpuLibraries')

test('what is fetched on demand is what npm ci leaves out', () => {
  const { overrides } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    overrides: Record<string, Record<string, string>>
  }
  const left = Object.keys(overrides['node-llama-cpp'] ?? {}).filter((name) => name.includes(`/${process.platform}-${process.arch}-`))
  if (process.platform === 'linux' && process.arch === 'x64') assert.equal(gpuKinds.flatMap(gpuPackages).sort(), left.sort())
})

test('without an NVIDIA driver nothing is fetched, in one line', async () => {
  if (existsSync('/proc/driver/nvidia/version')) return
  const refused = await fetchGpuLibraries('cuda').catch((error: Error) => error)
  assert.instance(refused, BadInput)
  assert.match((refused as Error).message, /^(No NVIDIA driver|node-llama-cpp ships no cuda)[^\n]+$/)
})

test.run()
