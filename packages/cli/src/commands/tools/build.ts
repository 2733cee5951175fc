import { duration } from '@whetstone/core'
import { buildTools, ensureTools, neededTools, tools } from '@whetstone/native'
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
  },
  examples: ['npx nx run tools:build', 'npx nx run tools:build --tool=llama-server', 'npx nx run tools:build --all'],
  async run({ tool, all, 'from-source': fromSource }, signal) {
    const started = performance.now()
    const names = all ? Object.keys(tools) : tool ? tool.split(',') : neededTools
    if (fromSource) await buildTools(names, { fromSource, signal })
    else await ensureTools(names, { signal })
    process.stderr.write(`  tools/bin holds ${names.join(', ')} (${duration((performance.now() - started) / 1000)})\n`)
  },
})
