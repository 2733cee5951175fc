import { existsSync, mkdirSync, openSync, closeSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { BadInput, explainDiskError } from '@whetstone/core'

type Owner = { pid: number; host: string; started: string; command: string }

/** Start time of a process in clock ticks since boot (Linux; field 22 of /proc/PID/stat), which tells a process from a later one with its number. */
function startTime(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

function alive(owner: Owner): boolean {
  if (owner.host !== hostname()) return true // another machine on a shared disk: cannot be asked
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return owner.started === startTime(owner.pid)
}

/** Takes a run for this process, or says which live process has it. What a dead process left is taken over. */
export function lockRun(file: string): Disposable {
  mkdirSync(dirname(file), { recursive: true })
  const own: Owner = { pid: process.pid, host: hostname(), started: startTime(process.pid), command: process.argv.slice(1).join(' ') }
  for (let tries = 0; ; tries++) {
    try {
      const handle = openSync(file, 'wx')
      writeSync(handle, JSON.stringify(own))
      closeSync(handle)
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw explainDiskError(error, file)
      const owner = readOwner(file)
      if ((owner && alive(owner)) || tries > 3) {
        throw new BadInput(
          `${dirname(file)} is in use by process ${owner?.pid} on ${owner?.host} (${owner?.command}): wait for it, stop it (kill ${owner?.pid}), or take another name with --run=NAME`,
        )
      }
      rmSync(file, { force: true })
    }
  }
  const release = () => rmSync(file, { force: true })
  process.once('exit', release)
  return {
    [Symbol.dispose]() {
      process.off('exit', release)
      release()
    },
  }
}

/** The live process that owns a run, if there is one. */
export function lockOwner(file: string): { pid: number; command: string } | undefined {
  const owner = readOwner(file)
  return owner && alive(owner) ? owner : undefined
}

function readOwner(file: string): Owner | undefined {
  try {
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Owner) : undefined
  } catch {
    return undefined // torn by a kill while it was written
  }
}
