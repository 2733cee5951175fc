import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { hash, runTool } from '@whetstone/core'
import type { Compiler } from './find-compiler.ts'
import { buildFolder } from './extract-source.ts'

/** One source file to be compiled; `key` names all that its object depends on besides its own text. */
export type Unit = { source: string; flags: readonly string[]; key: string }

const objects = join(buildFolder, 'objects')

/** Where a unit's object lies: named by the content of all it is made from, so that it is never compiled twice. */
export function objectOf(unit: Unit, compiler: Compiler): string {
  return join(objects, `${hash([compiler.file, compiler.version, unit.source, readFileSync(unit.source, 'utf8'), unit.flags, unit.key])}.o`)
}

/** As many compilers as there are cores without work, at least two where there are two cores. */
export const freeCores = () =>
  Math.max(Math.min(2, availableParallelism()), Math.min(availableParallelism(), Math.round(availableParallelism() - (loadavg()[0] ?? 0))))

/** Compiles what is not in the cache, several at once. `done` is called after each. */
export async function compile(
  units: readonly Unit[],
  compiler: Compiler,
  options: { done: () => void; signal?: AbortSignal },
): Promise<void> {
  mkdirSync(objects, { recursive: true })
  const queue = [...new Map(units.map((unit) => [objectOf(unit, compiler), unit]))].filter(([object]) => !existsSync(object))
  const failed = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [object, unit] = next
      const fresh = `${object}.${process.pid}.tmp`
      try {
        await runTool({ file: compiler.file, args: [...unit.flags, '-c', unit.source, '-o', fresh], signal })
        renameSync(fresh, object)
      } catch (error) {
        rmSync(fresh, { force: true })
        failed.abort(error)
        throw error
      }
      options.done()
    }
  }
  const results = await Promise.allSettled(Array.from({ length: Math.min(freeCores(), queue.length) }, work))
  options.signal?.throwIfAborted()
  if (failed.signal.aborted) throw failed.signal.reason
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
