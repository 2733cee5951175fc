import { serveViewer } from '@whetstone/viewer'
import { defineCommand } from '../../command.ts'

export default defineCommand({
  about:
    'a page on this machine to look at runs: decisions, what was fixed and broken, every trace, training as it goes; follows a running cycle',
  flags: {
    files: { type: 'file', about: 'result files to compare beside runs, separated by commas' },
    port: { type: 'number', min: 1024, max: 65535, default: 4173, about: 'where to serve; the next free port where it is taken' },
  },
  examples: ['npx nx run loops:view', 'npx nx run loops:view --port=8080'],
  async run({ port, files }, signal) {
    const { url, closed } = await serveViewer({ port, signal, files: files?.split(',').filter(Boolean) })
    console.log(`Runs are shown at ${url} (Ctrl-C ends it; nothing is written)`)
    await closed
  },
})
