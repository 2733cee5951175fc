import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { awaitLock, BadInput, paths, root, runTool, startProgress, writeAtomic } from '@whetstone/core'
import { buildLibraries, builtLibraries } from './build-tools/build-libraries.ts'
import { compile, objectOf } from './build-tools/compile.ts'
import { writeCompileCommands } from './build-tools/compile-commands.ts'
import { extractSource } from './build-tools/extract-source.ts'
import { findCompiler } from './build-tools/find-compiler.ts'
import { fingerprint, isUpToDate, stampFile } from './build-tools/fingerprint.ts'
import { linkBeside, linkLibraries, shippedLibraries } from './build-tools/find-libraries.ts'
import { planUnits } from './build-tools/plan-units.ts'
import { neededTools, tools } from './build-tools/tool-list.ts'
import type { Tool } from './build-tools/tool-list.ts'

export type BuildOptions = {
  /** Build llama.cpp's libraries with cmake even where node-llama-cpp ships them. */
  fromSource?: boolean
  signal?: AbortSignal
}

const bin = join(root, 'tools/bin')

/** Compiles and links the named tools into tools/bin, from cache where it can. Progress on stderr; throws BadInput when something is missing on the machine. */
export async function buildTools(names: readonly string[], options: BuildOptions = {}): Promise<void> {
  for (const name of names) if (!tools[name]) throw new BadInput(`No tool "${name}". Tools: ${Object.keys(tools).join(', ')}`)
  const signal = options.signal ? { signal: options.signal } : {}
  using _alone = await awaitLock(join(root, 'tools/build/writer.lock'), { what: 'The folder of the native tools', ...signal })
  const compiler = findCompiler()
  const source = await extractSource(options.signal)
  const shipped = options.fromSource || existsSync(builtLibraries()) ? null : shippedLibraries()
  const libraries = shipped ?? (await buildLibraries(source, signal))
  const plan = names.map((name) => ({ name, units: planUnits(tools[name] as Tool, source), stamp: fingerprint(name) }))
  const objects = new Map(plan.flatMap(({ units }) => units.map((unit) => [objectOf(unit, compiler), unit.sources.length])))
  const missing = [...objects].reduce((files, [object, held]) => (existsSync(object) ? files : files + held), 0)
  writeCompileCommands(
    Object.values(tools).flatMap((tool) => (tool.needed ? planUnits(tool, source) : [])),
    compiler,
  )
  const progress = startProgress('compiling tools', missing, 'files')
  try {
    await compile(
      plan.flatMap(({ units }) => units),
      compiler,
      { done: (files) => progress.advance(files), ...signal },
    )
  } finally {
    progress.done()
  }
  forgetOtherLibraries(libraries)
  linkBeside(libraries, bin)
  const origin = process.platform === 'darwin' ? '@loader_path' : '$ORIGIN'
  for (const { name, units, stamp } of plan) {
    const fresh = join(bin, `${name}.${process.pid}.tmp`)
    try {
      const objects = units.map((unit) => objectOf(unit, compiler))
      await runTool({
        file: compiler.file,
        args: [
          ...objects,
          '-o',
          fresh,
          `-Wl,-rpath,${origin}`,
          ...linkLibraries(libraries),
          '-lpthread',
          ...(process.platform === 'linux' ? ['-ldl'] : []),
        ],
        ...signal,
      })
      renameSync(fresh, paths.tool(name)) // a running tool keeps its old file
    } finally {
      rmSync(fresh, { force: true })
    }
    writeAtomic(stampFile(name), stamp)
  }
}

/** Tools linked against another build's libraries are out of date: their libraries no longer lie beside them. */
function forgetOtherLibraries(libraries: string): void {
  const record = join(root, 'tools/build/libraries')
  const folder = relative(root, libraries)
  if (existsSync(record) && readFileSync(record, 'utf8') === folder) return
  rmSync(dirname(stampFile('any')), { recursive: true, force: true })
  writeAtomic(record, folder)
}

/** Builds those of the named tools (default: all the loop needs) that are missing or out of date; a few milliseconds when none is. */
export async function ensureTools(names: readonly string[] = neededTools, options: { signal?: AbortSignal } = {}): Promise<void> {
  const stale = names.filter((name) => !tools[name] || !isUpToDate(name))
  if (stale.length > 0) await buildTools(stale, options)
}
