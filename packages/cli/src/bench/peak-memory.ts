import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { killGroup, tethered } from '@whetstone/core'

/** Runs a program and returns its largest resident memory in MiB, as Linux counts it (VmHWM, sampled); null where /proc does not say. Throws when it fails. */
export async function peakMemory(file: string, args: readonly string[]): Promise<number | null> {
  if (!existsSync('/proc/self/status')) return null
  const child = spawn(...tethered(file, args), { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  const kill = () => killGroup(child.pid, 'SIGKILL')
  process.once('exit', kill)
  let peak = 0
  const timer = setInterval(() => {
    try {
      peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0))
    } catch {
      // ended between two looks
    }
  }, 20)
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearInterval(timer)
  process.off('exit', kill)
  if (code !== 0) throw new Error(`${file} ended with exit code ${code}: ${said}`)
  return peak / 1024
}
