import { existsSync, readFileSync } from 'node:fs'
import { startTool } from '@whetstone/core'

/** Runs a program and returns its largest resident memory in MiB, as Linux counts it (VmHWM, sampled); null where /proc does not say. Throws when it fails. */
export async function peakMemory(file: string, args: readonly string[]): Promise<number | null> {
  if (!existsSync('/proc/self/status')) return null
  const tool = startTool({ file, args })
  let peak = 0
  const timer = setInterval(() => {
    try {
      peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${tool.pid}/status`, 'utf8'))?.[1] ?? 0))
    } catch {
      // ended between two looks
    }
  }, 20)
  const { failure } = await tool.ended
  clearInterval(timer)
  if (failure) throw failure
  return peak / 1024
}
