import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import { BadInput } from '@whetstone/core'
import { openRun, runNames, type RunReader } from '@whetstone/runs'

/** A run as the viewer shows it: one whose files lie in its own folders. A link that leads out of them would show, under the run's name, what is not the run's. */
export function openShown(name: string): RunReader {
  const run = openRun(name)
  const folders = [run.files.reports, run.files.datasets, run.files.checkpoints].filter((folder) => existsSync(folder))
  const own = folders.map((folder) => realpathSync(folder) + sep)
  for (const folder of folders)
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isSymbolicLink()) continue
      const link = join(entry.parentPath, entry.name)
      if (!leadsInto(link, own)) throw new BadInput(`${link} leads out of the folders of run ${name}: the viewer follows no such link`)
    }
  return run
}

function leadsInto(link: string, own: readonly string[]): boolean {
  try {
    const to = realpathSync(link)
    return own.some((folder) => to.startsWith(folder))
  } catch {
    return true // it leads nowhere
  }
}

/** The runs that may be shown. */
export const shownRuns = (): string[] =>
  runNames().filter((name) => {
    try {
      openShown(name)
      return true
    } catch {
      return false
    }
  })
