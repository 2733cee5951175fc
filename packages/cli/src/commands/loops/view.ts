import { serveViewer } from '@whetstone/viewer'
import { viewerCharts } from '@whetstone/reports/viewer-charts.ts'
import { defineCommand } from '../../command.ts'

export default defineCommand({
  about:
    'a page on this machine to look at runs: decisions, what was fixed and broken, every trace, training as it goes; follows a running cycle',
  flags: { port: { type: 'number', min: 1024, max: 65535, default: 4173, about: 'where to serve; the next free port where it is taken' } },
  examples: ['npx nx run loops:view', 'npx nx run loops:view --port=8080'],
  async run({ port }, signal) {
    const { url, closed } = await serveViewer({ charts: viewerCharts, port, signal })
    console.log(`Runs are shown at ${url} (Ctrl-C ends it; nothing is written)`)
    await closed
  },
})
