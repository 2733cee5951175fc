import { join } from 'node:path'
import { BadInput } from '@whetstone/core'
import { wrap } from '@whetstone/reports/tables/wrap.ts'
import { openRun, runNames, studyNames, sayProblems } from '@whetstone/runs'
import { serveViewer } from '@whetstone/viewer'
import { runPath } from '@whetstone/viewer/page.ts'
import { exportStatic } from '@whetstone/viewer/export-static.ts'
import { defineCommand } from '../../command.ts'
import { knownRun } from '../../known-run.ts'

export default defineCommand({
  about:
    'a page on this machine to look at runs: decisions, what was fixed and broken, every trace, training as it goes; follows a running cycle',
  flags: {
    out: { type: 'output', about: 'write the pages to this folder in place of serving them: they need no server' },
    run: { type: 'string', about: "open this run's page" },
    runs: { type: 'string', about: 'with --out: only these runs, separated by commas; without: the first of them is opened' },
    files: { type: 'file', about: 'result files to compare beside runs, separated by commas' },
    port: { type: 'number', min: 1024, max: 65535, default: 4173, about: 'where to serve; the next free port where it is taken' },
  },
  examples: [
    'npx nx run loops:view',
    'npx nx run loops:view --run=tiny',
    'npx nx run loops:view --out=site --runs=tiny',
    'npx nx run loops:view --port=8080',
  ],
  async run({ port, files, out, run, runs }, signal) {
    const names = [run, ...(runs?.split(',') ?? [])].flatMap((name) => (name?.trim() ? [knownRun(name.trim())] : []))
    if (out !== undefined) {
      if (names.length === 0 && runNames().length === 0 && studyNames().length === 0)
        throw new BadInput('There is no run and no experiment to write pages of yet: begin one with npx nx run loops:cycle')
      const { files: written, bytes } = await exportStatic(out, names.length > 0 ? [...new Set(names)] : undefined)
      console.log(`Wrote ${written} files, ${(bytes / 1e6).toFixed(1)} MB: open ${join(out, 'index.html')}`)
      for (const name of names.length > 0 ? names : runNames()) {
        const torn = sayProblems(openRun(name))
        if (torn) console.log(wrap(`warning: of run ${name}${torn.replace(/^\./, '')}`))
      }
      return
    }
    const { url, closed } = await serveViewer({ port, signal, files: files?.split(',').filter(Boolean) })
    const [first] = names
    if (first !== undefined) console.log(`${first} is shown at ${new URL(runPath(first), url)}`)
    console.log(`Runs are shown at ${url} (Ctrl-C ends it; nothing is written)`)
    await closed
  },
})
