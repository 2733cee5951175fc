import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { BadInput, hash, root, runTool, startProgress } from '@whetstone/core'
import { compile, objectOf } from '../build-tools/compile.ts'
import type { Unit } from '../build-tools/compile.ts'
import { buildFolder, extractSource, llamaVersion } from '../build-tools/extract-source.ts'
import { programVersion } from '../build-tools/find-compiler.ts'
import { shippedLibraries } from '../build-tools/find-libraries.ts'
import { buildPlan } from '../build-tools/tool-list.ts'
import { builtLibraries } from '../build-tools/build-libraries.ts'

/** Where our own CUDA backend lies. */
export const builtCuda = () => join(buildFolder, `ggml-cuda-${llamaVersion()}`)

/**
 * Builds llama.cpp's CUDA backend from the source bundle, for the GPUs of this machine only: node-llama-cpp's build holds no code for, among others, compute capability
 * 8.0 and 9.0. About 4 minutes on 16 cores; objects are kept, so that a build that broke off goes on. Returns the folder with libggml-cuda.so.
 */
export async function buildCuda({ signal, nvcc = findNvcc(), architectures = deviceArchitectures() }: BuildCuda = {}): Promise<string> {
  const libraries = existsSync(builtLibraries()) ? builtLibraries() : shippedLibraries()
  if (libraries === null)
    throw new BadInput('The CUDA backend is linked to llama.cpp libraries that are not here: run `npx nx run tools:build` first')
  const source = await extractSource(signal)
  const compiler = { file: nvcc, version: programVersion(nvcc) ?? '' }
  const units = cudaUnits(source, architectures)
  const missing = units.filter((unit) => !existsSync(objectOf(unit, compiler)))
  process.stderr.write(
    `  building the CUDA backend for compute capability ${architectures.map((name) => name.replace(/(\d)$/, '.$1')).join(', ')} with ${nvcc}\n`,
  )
  const progress = startProgress('compiling CUDA', missing.length, 'files')
  try {
    await compile(units, compiler, { done: () => progress.advance(), signal })
  } finally {
    progress.done()
  }
  const folder = builtCuda()
  const fresh = `${folder}.${process.pid}.tmp`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { recursive: true })
  try {
    const base = readdirSync(libraries).find((file) => /^libggml-base\.(so|dylib)$/.test(file))
    if (base === undefined) throw new Error(`${libraries} holds no libggml-base`)
    const objects = units.map((unit) => objectOf(unit, compiler))
    await runTool({
      file: nvcc,
      args: ['-shared', '-o', join(fresh, 'libggml-cuda.so'), ...objects, join(libraries, base), '-lcublas'],
      signal,
    })
    rmSync(folder, { recursive: true, force: true })
    renameSync(fresh, folder)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  return folder
}

export type BuildCuda = { signal?: AbortSignal; nvcc?: string; architectures?: readonly string[] }

/** What is compiled: as ggml/src/ggml-cuda/CMakeLists.txt lists it, less the attention kernels for pairs of types that nothing here uses. */
export function cudaUnits(source: string, architectures: readonly string[]): Unit[] {
  const { cuda } = buildPlan
  const folder = join(source, 'ggml/src/ggml-cuda')
  const files = [
    ...cuda.files.flatMap(([below, name]) =>
      readdirSync(join(folder, below))
        .filter((file) => new RegExp(name).test(file))
        .sort()
        .map((file) => join(folder, below, file)),
    ),
    ...cuda.attentionPairs.map((pair) => join(folder, 'template-instances', `fattn-vec-instance-${pair}.cu`)),
  ]
  const pairs = cuda.attentionTypes.flatMap((value) => cuda.attentionTypes.map((key) => `${key}-${value}`))
  const flags = [
    ...cuda.flags,
    ...architectures.map((name) => `-gencode=arch=compute_${name},code=sm_${name}`),
    ...cuda.defines.map((define) => `-D${define}`),
    `-DGGML_CUDA_FA_QUANTS="${cuda.attentionPairs.join(',')}"`,
    ...pairs.map((pair) => `-DGGML_CUDA_FA_${pair.toUpperCase().replace('-', '_')}=${cuda.attentionPairs.includes(pair) ? 1 : 0}`),
    ...cuda.include.map((path) => `-I${relative(root, join(source, path))}`),
  ]
  const key = hash(llamaVersion())
  return files.map((file) => ({ sources: [relative(root, file)], flags, key }))
}

/** CUDA's compiler: on PATH, of CUDA_HOME, or where the toolkit installs itself. */
export function findNvcc(): string {
  const places = [
    'nvcc',
    ...[process.env['CUDA_HOME'], '/usr/local/cuda'].filter((home) => home !== undefined && home !== '').map((home) => `${home}/bin/nvcc`),
  ]
  const found = places.find((file) => programVersion(file) !== null)
  if (found === undefined)
    throw new BadInput(
      `No CUDA compiler (looked for ${places.join(', ')}): install NVIDIA's CUDA toolkit, or name its folder in CUDA_HOME, then run \`npx nx run tools:build --cuda\``,
    )
  return found
}

/** Compute capabilities of the GPUs here, as nvcc names them: 9.0 is 90, and from 12.0 on with the letter that such a GPU's own instructions need. */
export function deviceArchitectures(query = queryCapabilities): string[] {
  const listed = query()
    .split('\n')
    .map((line) => line.trim().replace('.', ''))
    .filter((line) => /^\d{2,3}$/.test(line))
    .map((name) => (Number(name) >= 120 ? `${name}a` : name))
  if (listed.length === 0)
    throw new BadInput('nvidia-smi names no GPU here: the CUDA backend is built for the GPU that is to run it. Is the driver loaded?')
  return [...new Set(listed)]
}

function queryCapabilities(): string {
  try {
    return execFileSync('nvidia-smi', ['--query-gpu=compute_cap', '--format=csv,noheader'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return ''
  }
}
