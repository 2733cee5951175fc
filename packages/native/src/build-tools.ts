import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BadInput, hash, paths, root, runTool, startProgress, writeAtomic } from '@whetstone/core'
import { buildLibraries, builtLibraries } from './build-tools/build-libraries.ts'
import { compile, objectOf } from './build-tools/compile.ts'
import type { Unit } from './build-tools/compile.ts'
import { extractSource, llamaVersion } from './build-tools/extract-source.ts'
import { findCompiler } from './build-tools/find-compiler.ts'
import { fingerprint, isUpToDate, stampFile } from './build-tools/fingerprint.ts'
import { linkBeside, linkLibraries, shippedLibraries } from './build-tools/find-libraries.ts'
import { headerFiles, neededTools, sourceFiles, tools } from './build-tools/tool-list.ts'
import type { Tool } from './build-tools/tool-list.ts'

export type BuildOptions = {
  /** Build llama.cpp's libraries with cmake even where node-llama-cpp ships them. */
  fromSource?: boolean
  signal?: AbortSignal
}

const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version
const bin = join(root, 'tools/bin')

function flagsFor(source: string): { ours: string[]; upstream: string[] } {
  const include = ['include', 'ggml/include', 'common', 'src', 'vendor', 'tools/mtmd'].map((folder) => `-I${join(source, folder)}`)
  const shared = ['-DGGML_BACKEND_DL', '-DGGML_BACKEND_SHARED', '-DGGML_SHARED', '-DLLAMA_SHARED', ...include]
  return {
    ours: ['-std=c++17', '-O3', '-Wno-psabi', ...shared, `-I${join(root, 'tools/rows')}`, `-DWHETSTONE_VERSION="${version}"`],
    upstream: [
      '-O2',
      '-w',
      '-DCPPHTTPLIB_TCP_NODELAY=1',
      '-DCPPHTTPLIB_LISTEN_BACKLOG=512',
      '-DCPPHTTPLIB_REQUEST_URI_MAX_LENGTH=32768',
      '-DCPPHTTPLIB_FORM_URL_ENCODED_PAYLOAD_MAX_LENGTH=1048576',
      ...shared,
      `-I${join(source, 'vendor/hash')}`,
      `-I${join(root, 'tools/upstream')}`,
    ],
  }
}

/** The units of one tool. Our objects depend on all headers of the tool's folders, upstream's on llama.cpp's version. */
function unitsOf(tool: Tool, source: string): Unit[] {
  const flags = flagsFor(source)
  const headers = hash(headerFiles(tool).map((file) => readFileSync(file, 'utf8')))
  const rowHeaders = hash(headerFiles({ ...tool, ours: ['tools/rows'], headers: [] }).map((file) => readFileSync(file, 'utf8')))
  const ours = sourceFiles(root, tool.ours ?? []).map((file) => ({
    source: file,
    flags: flags.ours,
    key: `${llamaVersion()} ${file.includes('/tools/rows/') ? rowHeaders : headers}`,
  }))
  const upstream = sourceFiles(source, tool.upstream ?? []).map((file) => ({
    // plain C files of the vendored hashes are C++ to upstream's build, or C without a standard of ours
    source: file,
    flags:
      file.endsWith('.c') && !file.endsWith('sha1.c') ? ['-x', 'c', ...flags.upstream] : ['-x', 'c++', '-std=c++17', ...flags.upstream],
    key: llamaVersion(),
  }))
  return [...ours, ...upstream]
}

/** Compiles and links the named tools into tools/bin, from cache where it can. Progress on stderr; throws BadInput when something is missing on the machine. */
export async function buildTools(names: readonly string[], options: BuildOptions = {}): Promise<void> {
  for (const name of names) if (!tools[name]) throw new BadInput(`No tool "${name}". Tools: ${Object.keys(tools).join(', ')}`)
  const signal = options.signal ? { signal: options.signal } : {}
  const compiler = findCompiler()
  const source = await extractSource(options.signal)
  const shipped = options.fromSource || existsSync(builtLibraries()) ? null : shippedLibraries()
  const libraries = shipped ?? (await buildLibraries(source, signal))
  const plan = names.map((name) => ({ name, units: unitsOf(tools[name] as Tool, source), stamp: fingerprint(name) }))
  const missing = new Set(
    plan.flatMap(({ units }) => units.map((unit) => objectOf(unit, compiler))).filter((object) => !existsSync(object)),
  )
  const progress = startProgress('compiling tools', missing.size, 'files')
  try {
    await compile(
      plan.flatMap(({ units }) => units),
      compiler,
      { done: () => progress.advance(), ...signal },
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
  if (existsSync(record) && readFileSync(record, 'utf8') === libraries) return
  rmSync(dirname(stampFile('any')), { recursive: true, force: true })
  writeAtomic(record, libraries)
}

/** Builds those of the named tools (default: all the loop needs) that are missing or out of date; a few milliseconds when none is. */
export async function ensureTools(names: readonly string[] = neededTools, options: { signal?: AbortSignal } = {}): Promise<void> {
  const stale = names.filter((name) => !tools[name] || !isUpToDate(name))
  if (stale.length > 0) await buildTools(stale, options)
}
