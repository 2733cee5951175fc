import { duration } from '@whetstone/core'
import type { GpuKind } from '@whetstone/native'
import { buildCuda, buildTools, ensureTools, fetchGpuLibraries, findAccelerator, gpuKinds, neededTools, tools } from '@whetstone/native'
import { describe } from '../../recipe/use-accelerator.ts'
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
    cuda: {
      type: 'boolean',
      about:
        "builds the CUDA backend from llama.cpp's source for the GPU that is here, with nvcc (PATH, CUDA_HOME or /usr/local/cuda): for GPUs that the shipped build has no code for, A100, H100 and H200 among them (minutes on 16 cores)",
    },
    'gpu-libraries': {
      type: 'string',
      choices: gpuKinds,
      about:
        "first fetches node-llama-cpp's libraries for a GPU, which `npm ci` leaves out: cuda (540 MB) or vulkan (70 MB); the tools use them once they were tried",
    },
  },
  examples: [
    'npx nx run tools:build',
    'npx nx run tools:build --tool=llama-server',
    'npx nx run tools:build --all',
    'npx nx run tools:build --cuda',
  ],
  async run({ tool, all, cuda, 'from-source': fromSource, 'gpu-libraries': gpu }, signal) {
    const started = performance.now()
    const names = all ? Object.keys(tools) : tool ? tool.split(',') : neededTools
    if (gpu) await fetchGpuLibraries(gpu as GpuKind, { signal })
    if (fromSource) await buildTools(names, { fromSource, signal })
    else await ensureTools(names, { signal })
    if (cuda) await buildCuda({ signal })
    if (cuda || gpu) {
      const { accelerator, refused } = await findAccelerator('auto', { signal })
      for (const reason of refused) process.stderr.write(`  ${reason}\n`)
      if (accelerator) process.stderr.write(`  ${describe(accelerator)}\n`)
    }
    process.stderr.write(`  tools/bin holds ${names.join(', ')} (${duration((performance.now() - started) / 1000)})\n`)
  },
})
