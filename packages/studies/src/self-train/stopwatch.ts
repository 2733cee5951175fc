import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { readJson, writeJson } from '@whetstone/core'
import { z } from 'zod'

/** The seconds that a piece of work takes, those of earlier sittings with it, which the file holds: a call that goes on where one was stopped tells the whole. Ends with `stop`, or where the work is left. */
export function stopwatch(file: string): Disposable & { stop(): number } {
  const before = existsSync(file) ? readJson(file, z.number()) : 0
  const started = performance.now()
  let total: number | null = null
  const stop = () => {
    if (total !== null) return total
    total = before + (performance.now() - started) / 1000
    mkdirSync(dirname(file), { recursive: true })
    writeJson(file, total)
    return total
  }
  return { stop, [Symbol.dispose]: () => void stop() }
}
