import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { hash, root, runTool } from '@whetstone/core'
import type { Compiler } from './find-compiler.ts'
import { buildFolder } from './extract-source.ts'
import { prefixCopy, prefixHeader } from './prefix-header.ts'

/**
 * Source files that are compiled together into one object, by their paths from the repository's root; `key` names all that the object depends on
 * besides their own text.
 */
export type Unit = { sources: readonly string[]; flags: readonly string[]; key: string }

const objects = join(buildFolder, 'objects')

/** Where a unit's object lies: named by the content of all it is made from, so that it is never compiled twice. */
export function objectOf({ sources, flags, key }: Unit, compiler: Compiler): string {
  const texts = sources.map((source) => [source, readFileSync(join(root, source), 'utf8')])
  return join(objects, `${hash([compiler.file, compiler.version, texts, flags, key])}.o`)
}

/** What makes an object of a unit: its files in their order, as if they were one. */
const compileArguments = ({ sources, flags }: Unit, object: string) => [
  ...flags,
  ...sources.slice(0, -1).flatMap((source) => ['-include', source]),
  '-c',
  sources.at(-1) as string,
  '-o',
  object,
]

/** As many compilers as there are cores without work, at least two where there are two cores. */
export const freeCores = () =>
  Math.max(Math.min(2, availableParallelism()), Math.min(availableParallelism(), Math.round(availableParallelism() - (loadavg()[0] ?? 0))))

/** Below this many units, parsing the prefix for all of them takes longer than parsing it in each. */
const worthPrefix = 8

/** Compiles what is not in the cache, several at once. `done` is called after each with how many files it was. */
export async function compile(
  units: readonly Unit[],
  compiler: Compiler,
  options: { done: (files: number) => void; signal?: AbortSignal },
): Promise<void> {
  mkdirSync(objects, { recursive: true })
  mkdirSync(dirname(prefixCopy), { recursive: true })
  copyFileSync(prefixHeader, prefixCopy)
  const missing = [...new Map(units.map((unit) => [objectOf(unit, compiler), unit]))].filter(([object]) => !existsSync(object))
  const failed = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal
  const stop = (error: unknown): never => {
    failed.abort(error)
    throw error
  }
  const run = (args: readonly string[]) => runTool({ file: compiler.file, args, cwd: root, signal })

  // both GCC and Clang read prefix.h.gch in place of prefix.h when the flags are the same
  const ours = missing.filter(([, unit]) => unit.flags.includes('-include'))
  const parsed = `${prefixCopy}.gch`
  const parsePrefix = async () => {
    const [, unit] = ours[0] as (typeof ours)[0]
    const fresh = `${parsed}.${process.pid}.tmp`
    await run([...unit.flags.slice(0, unit.flags.indexOf('-include')), '-x', 'c++-header', prefixCopy.slice(root.length + 1), '-o', fresh])
    renameSync(fresh, parsed)
  }
  const prefix = ours.length < worthPrefix ? null : parsePrefix().catch(stop)

  const queue = [...missing.filter((entry) => !ours.includes(entry)), ...ours]
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [object, unit] = next
      const fresh = `${object}.${process.pid}.tmp`
      if (unit.flags.includes('-include')) await prefix
      try {
        await run(compileArguments(unit, fresh))
        renameSync(fresh, object)
      } catch (error) {
        rmSync(fresh, { force: true })
        stop(error)
      }
      options.done(unit.sources.length)
    }
  }
  const results = await Promise.allSettled([...Array.from({ length: Math.min(freeCores(), queue.length) }, work), prefix])
  rmSync(parsed, { force: true }) // 60 MB
  options.signal?.throwIfAborted()
  if (failed.signal.aborted) throw failed.signal.reason
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
