import { duration } from '@whetstone/core'
import type { GpuKind } from '@whetstone/native'
import { buildTools, ensureTools, fetchGpuLibraries, gpuKinds, neededTools, tools } from '@whetstone/native'
import { defineCommand } from '../../command.ts'

export default defineCommand({
  about: `builds the native tools into tools/bin, against the llama.cpp that node-llama-cpp ships: ${neededTools.join(', ')}; others by name`,
  flags: {
    tool: { type: 'string', about: `only these, comma-separated: ${Object.keys(tools).join(', ')}` },
    all: { type: 'boolean', about: 'every tool, the peers of tools:bench and llama-server included (about two minutes)' },
    'from-source': {
      type: 'boolean',
      about:
        "build llama.cpp's libraries too, with cmake (and nvcc where found), as happens where none are shipped (ten minutes on two cores); kept until tools/build is removed",
    },
    'gpu-libraries': {
      type: 'string',
      choices: gpuKinds,
      about:
        "first fetches node-llama-cpp's libraries for a GPU, which `npm ci` leaves out: cuda (540 MB; laid beside the tools too), vulkan (70 MB; for the backend node-llama-cpp)",
    },
  },
  examples: ['npx nx run tools:build', 'npx nx run tools:build --tool=llama-server', 'npx nx run tools:build --all'],
  async run({ tool, all, 'from-source': fromSource, 'gpu-libraries': gpu }, signal) {
    const started = performance.now()
    const names = all ? Object.keys(tools) : tool ? tool.split(',') : neededTools
    if (gpu) await fetchGpuLibraries(gpu as GpuKind, { signal })
    if (fromSource || gpu) await buildTools(names, { fromSource, signal })
    else await ensureTools(names, { signal })
    process.stderr.write(`  tools/bin holds ${names.join(', ')} (${duration((performance.now() - started) / 1000)})\n`)
  },
})
