import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openRun, runNames } from '@whetstone/runs'

/** What a run is doing, in a sentence. */
export function runState(name: string): { says: string } {
  const run = openRun(name)
  const open = run.open()
  const owner = run.lock()
  const done = run.finished().length
  if (!open) return { says: `${done} round${done === 1 ? '' : 's'} done` }
  return {
    says: `round ${open.round}: ${owner ? `${open.next} under way` : `stopped before ${open.next}`}, ${open.done.length} step${open.done.length === 1 ? '' : 's'} done`,
  }
}

/** What all runs are doing, in a sentence. */
export function runsState(): { says: string } {
  const names = runNames()
  const working = names.filter((name) => openRun(name).lock())
  const runs = `${names.length} run${names.length === 1 ? '' : 's'}`
  return { says: working.length > 0 ? `${runs}, at work: ${working.join(', ')}` : `${runs}, none at work` }
}

/** Between two looks at a run's files, in milliseconds. */
const pause = 1000

/** Looks at the run's own files every second, so that a viewer may be opened, closed and reloaded at will, and needs nothing of the process that runs. Tells each time whether anything changed. Without a name all runs are watched. */
export async function* watchRun(name: string | null, signal: AbortSignal): AsyncGenerator<{ changed: boolean }> {
  const look = () => (name === null ? runNames().map(stampOf).join('\n') : stampOf(name))
  let before = look()
  yield { changed: false }
  while (!signal.aborted) {
    await sleep(pause, undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    const now = look()
    if (now !== before) yield { changed: true }
    before = now
  }
}

/** Sizes and times of what the run has written, and whether somebody is at work: whoever is killed writes nothing. */
function stampOf(name: string): string {
  const { files, rounds } = openRun(name)
  const last = rounds().at(-1)?.files
  const folders = [files.reports, last?.report, last?.steps, last?.dataset, last?.checkpoint]
  const written = folders
    .flatMap((folder) =>
      folder && existsSync(folder)
        ? readdirSync(folder, { withFileTypes: true })
            .filter((entry) => entry.isFile() && !/\.(index|tmp)$/.test(entry.name))
            .map((entry) => join(folder, entry.name))
        : [],
    )
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false })
      return stat ? `${file} ${stat.size} ${stat.mtimeMs}` : ''
    })
    .join('\n')
  return `${runState(name).says}\n${written}`
}
