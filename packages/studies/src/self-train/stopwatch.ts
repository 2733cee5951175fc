import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, writeJson } from '@whetstone/core'
import { z } from 'zod'
import type { Study } from './study.ts'

/** The seconds that a piece of work takes, those of earlier sittings with it: a call that goes on where one was stopped tells the whole. Ends with `stop`, or where the work is left. */
export function stopwatch({ folder }: Pick<Study, 'folder'>, name: string): Disposable & { stop(): number } {
  const file = join(folder, `${name}.seconds.json`)
  const before = existsSync(file) ? readJson(file, z.number()) : 0
  const started = performance.now()
  let total: number | null = null
  const stop = () => {
    if (total !== null) return total
    total = before + (performance.now() - started) / 1000
    mkdirSync(folder, { recursive: true })
    writeJson(file, total)
    return total
  }
  return { stop, [Symbol.dispose]: () => void stop() }
}
