import { existsSync, statfsSync } from 'node:fs'
import { availableParallelism, freemem, totalmem } from 'node:os'
import { join } from 'node:path'
import { dataRoot, paths, root, runTool } from '@whetstone/core'
import { checkGguf } from '@whetstone/inference'
import { findAccelerator } from '@whetstone/native'
import { describe } from '../../recipe/use-accelerator.ts'
import { defineCommand } from '../../command.ts'
import { writeResult } from '../../write-result.ts'
import { wrap } from '@whetstone/reports/tables/wrap.ts'
import { loadRecipe, recipeNames } from '@whetstone/recipe/load-recipe.ts'
import { modelFile } from '../../recipe/resolve-recipe.ts'

type Check = { what: string; found: string; ok: boolean; mend: string }

export default defineCommand({
  about: 'what this machine has, what is missing, and how to get it',
  flags: { json: { type: 'json', about: 'write the same to this file as JSON' } },
  examples: ['npx nx run loops:doctor'],
  async run({ json }, signal) {
    const checks = [...machine(), ...(await programs()), ...(await accelerator(signal)), ...tools(), ...(await models())]
    writeResult(json, checks)
    const width = Math.max(...checks.map(({ what }) => what.length)) + 2
    for (const { what, found, ok, mend } of checks)
      console.log(wrap(`${ok ? 'ok     ' : 'missing'}  ${what.padEnd(width)}${found}${ok ? '' : ` -> ${mend}`}`))
  },
})

const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`

function machine(): Check[] {
  const disk = statfsSync(dataRoot)
  const free = disk.bavail * disk.bsize
  return [
    { what: 'Node', found: process.versions.node, ok: true, mend: '' },
    { what: 'platform', found: `${process.platform} ${process.arch}`, ok: true, mend: '' },
    {
      what: 'cores',
      found: String(availableParallelism()),
      ok: availableParallelism() > 1,
      mend: 'the tiny recipe is timed for 2 cores; it works on one, more slowly',
    },
    {
      what: 'memory',
      found: `${gigabytes(freemem())} free of ${gigabytes(totalmem())}`,
      ok: totalmem() > 2 * 2 ** 30,
      mend: 'the tiny recipe needs 2 GiB, a 1.7B model in Q8_0 with LoRA 8 GiB',
    },
    { what: 'disk', found: `${gigabytes(free)} free`, ok: free > 2 ** 30, mend: 'free at least 1 GiB' },
  ]
}

async function programs(): Promise<Check[]> {
  const wanted: [string, string, string[], string][] = [
    [
      'C++ compiler',
      'c++',
      ['--version'],
      'install one (Debian, Ubuntu: apt-get install g++; macOS: xcode-select --install): tools:build needs it',
    ],
    ['git', 'git', ['--version'], 'install git: tools:build unpacks llama.cpp with it'],
    ['cmake (optional)', 'cmake', ['--version'], 'only for platforms without prebuilt llama.cpp libraries'],
    [
      'bubblewrap (optional)',
      'bwrap',
      ['--version'],
      'apt-get install bubblewrap: the fast sandbox for model-written code; without it pyodide and quickjs are used',
    ],
    [
      'NVIDIA GPU (optional)',
      'nvidia-smi',
      ['--query-gpu=name,memory.total', '--format=csv,noheader'],
      'none found: everything runs on the CPU',
    ],
  ]
  return Promise.all(
    wanted.map(async ([what, file, args, mend]) => {
      const found = await runTool({ file, args, timeout: 10 }).catch(() => null)
      return { what, found: found?.split('\n')[0] ?? 'not found', ok: found !== null, mend }
    }),
  )
}

/** What was found by trying: a GPU that is there but cannot be used is said with the reason. */
async function accelerator(signal?: AbortSignal): Promise<Check[]> {
  const { accelerator: found, refused } = await findAccelerator('auto', { signal })
  return [
    ...refused.map((reason) => ({ what: 'accelerator', found: 'not used', ok: false, mend: reason })),
    {
      what: 'accelerator (optional)',
      found: found ? describe(found) : 'none: sampling, scoring and training run on the CPU',
      ok: true,
      mend: '',
    },
  ]
}

function tools(): Check[] {
  return ['llama-init', 'llama-train', 'llama-sample', 'llama-score', 'llama-quantize', 'llama-export-lora', 'llama-server'].map(
    (name) => ({
      what: name,
      found: existsSync(paths.tool(name)) ? 'built' : 'not built',
      ok: existsSync(paths.tool(name)),
      mend: `npx nx run tools:build --tool=${name} (cycle builds what it needs by itself)`,
    }),
  )
}

async function models(): Promise<Check[]> {
  const checks: Check[] = []
  for (const name of recipeNames()) {
    const { model } = await loadRecipe(name)
    if (model === null) continue
    try {
      const header = checkGguf(modelFile(model))
      checks.push({
        what: `model of ${name}`,
        found: `${model}: ${header.architecture}, ${((header.parameters ?? 0) / 1e6).toFixed(1)}M parameters, ${header.quantization}`,
        ok: true,
        mend: '',
      })
    } catch (error) {
      checks.push({ what: `model of ${name}`, found: 'not here', ok: false, mend: (error as Error).message })
    }
  }
  if (!existsSync(join(root, 'node_modules'))) checks.push({ what: 'packages', found: 'not installed', ok: false, mend: 'npm ci' })
  return checks
}
