import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { BadInput, runTool } from '@whetstone/core'
import { buildFolder, llamaVersion } from './extract-source.ts'
import { describePlatform } from './find-libraries.ts'
import { programVersion } from './find-compiler.ts'

/** Where libraries of our own making lie. Once they are there they are used, until tools/build is removed. */
export const builtLibraries = () => join(buildFolder, `libraries-${llamaVersion()}`)

/**
 * Builds llama.cpp's libraries with cmake, where node-llama-cpp ships none (minutes); with CUDA where nvcc and an NVIDIA driver are found. A backend that is loaded
 * at run time cannot be built for this very processor alone: on x86 it wants AVX2, ggml's default. Returns their folder.
 */
export async function buildLibraries(source: string, options: { signal?: AbortSignal } = {}): Promise<string> {
  const folder = builtLibraries()
  if (existsSync(folder)) return folder
  if (programVersion('cmake') === null)
    throw new BadInput(
      `node-llama-cpp ships no libraries for ${describePlatform()}, and cmake, which would build them, is not found: install cmake (Debian: apt install cmake), then run \`npx nx run tools:build\``,
    )
  const cuda = programVersion('nvcc') !== null && existsSync('/proc/driver/nvidia/version')
  const work = join(buildFolder, 'cmake')
  mkdirSync(work, { recursive: true })
  const logFile = join(work, 'build.log')
  process.stderr.write(`  building llama.cpp's libraries with cmake${cuda ? ' and nvcc' : ''}, this takes some minutes: ${logFile}\n`)
  const run = (args: string[]) => runTool({ file: 'cmake', args, logFile, signal: options.signal })
  await run([
    '-S',
    source,
    '-B',
    work,
    '-DCMAKE_BUILD_TYPE=Release',
    '-DBUILD_SHARED_LIBS=ON',
    '-DGGML_BACKEND_DL=ON',
    '-DGGML_NATIVE=OFF',
    '-DLLAMA_CURL=OFF',
    '-DLLAMA_OPENSSL=OFF',
    '-DLLAMA_BUILD_TESTS=OFF',
    '-DLLAMA_BUILD_EXAMPLES=OFF',
    '-DLLAMA_BUILD_TOOLS=OFF',
    '-DLLAMA_BUILD_SERVER=OFF',
    ...(cuda ? ['-DGGML_CUDA=ON'] : []),
  ])
  await run([
    '--build',
    work,
    '--parallel',
    String(availableParallelism()),
    '--target',
    'llama',
    'llama-common',
    'ggml',
    'ggml-cpu',
    ...(cuda ? ['ggml-cuda'] : []),
  ])
  const fresh = `${folder}.${process.pid}.tmp`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { recursive: true })
  for (const file of readdirSync(join(work, 'bin')))
    if (/^lib.*\.(so|dylib)/.test(file)) renameSync(join(work, 'bin', file), join(fresh, file))
  renameSync(fresh, folder)
  rmSync(work, { recursive: true, force: true })
  return folder
}
