import { join } from 'node:path'
import { serveViewer } from '@whetstone/viewer'
import { exportStatic } from '@whetstone/viewer/export-static.ts'
import { defineCommand } from '../../command.ts'
import { knownRun } from '../../known-run.ts'

export default defineCommand({
  about:
    'a page on this machine to look at runs: decisions, what was fixed and broken, every trace, training as it goes; follows a running cycle',
  flags: {
    out: { type: 'output', about: 'write the pages to this folder in place of serving them: they need no server' },
    runs: { type: 'string', about: 'with --out: only these runs, separated by commas' },
    files: { type: 'file', about: 'result files to compare beside runs, separated by commas' },
    port: { type: 'number', min: 1024, max: 65535, default: 4173, about: 'where to serve; the next free port where it is taken' },
  },
  examples: ['npx nx run loops:view', 'npx nx run loops:view --out=site --runs=tiny', 'npx nx run loops:view --port=8080'],
  async run({ port, files, out, runs }, signal) {
    if (out !== undefined) {
      const names = runs?.split(',').map((name) => knownRun(name.trim()))
      const { files: written, bytes } = await exportStatic(out, names)
      console.log(`Wrote ${written} files, ${(bytes / 1e6).toFixed(1)} MB: open ${join(out, 'index.html')}`)
      return
    }
    const { url, closed } = await serveViewer({ port, signal, files: files?.split(',').filter(Boolean) })
    console.log(`Runs are shown at ${url} (Ctrl-C ends it; nothing is written)`)
    await closed
  },
})
