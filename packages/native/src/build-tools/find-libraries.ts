import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { root } from '@whetstone/core'

const library = /^lib.*\.(so|dylib)$/

/** The folder of llama.cpp's libraries that node-llama-cpp ships for this platform, or null where it ships none. */
export function shippedLibraries(): string | null {
  const os = process.platform === 'darwin' ? 'mac' : process.platform
  for (const name of [`${os}-${process.arch}-metal`, `${os}-${process.arch}`]) {
    const folder = join(root, 'node_modules/@node-llama-cpp', name, 'bins', name)
    // the packages of other platforms may be installed too, but musl's loader cannot load what was built for glibc
    if (existsSync(folder) && !(process.platform === 'linux' && existsSync('/etc/alpine-release'))) return folder
  }
  return null
}

/**
 * node-llama-cpp's CUDA backend, where there is an NVIDIA driver: a plug-in to the same libraries, found at run time beside the executable. It ships one for the runtime of
 * CUDA 13 and one for that of CUDA 12, each of which loads only where that runtime is.
 */
function cudaBackend(): string | null {
  if (!existsSync('/proc/driver/nvidia/version')) return null
  const name = `${process.platform}-${process.arch}-cuda`
  const packages = join(root, 'node_modules/@node-llama-cpp')
  const builds = [
    ['libcudart.so.13', join(packages, name, 'bins', name)],
    ['libcudart.so.12', join(packages, `${name}-ext`, 'bins', name, 'fallback')],
  ] as const
  for (const [runtime, folder] of builds) {
    const file = join(folder, 'libggml-cuda.so')
    if (existsSync(file) && canBeLoaded(runtime)) return file
  }
  process.stderr.write(
    `  an NVIDIA driver, but no CUDA runtime (${builds.map(([runtime]) => runtime).join(' or ')}) or no package @node-llama-cpp/${name} (\`npx nx run tools:build --gpu-libraries=cuda\` fetches it): the tools will use the CPU\n`,
  )
  return null
}

/** Whether the loader knows a library: by its cache or LD_LIBRARY_PATH. */
function canBeLoaded(file: string): boolean {
  if ((process.env['LD_LIBRARY_PATH'] ?? '').split(':').some((folder) => folder !== '' && existsSync(join(folder, file)))) return true
  for (const ldconfig of ['ldconfig', '/sbin/ldconfig']) {
    try {
      return execFileSync(ldconfig, ['-p'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).includes(`${file} `)
    } catch {
      // not on PATH, or not there
    }
  }
  return false
}

/** The libraries to name when linking, without the backends that are loaded at run time. */
export function linkLibraries(folder: string): string[] {
  const wanted = [/^libllama-common\./, /^libllama\./, /^libggml\./, /^libggml-base\./]
  const files = readdirSync(folder).filter((file) => library.test(file))
  return wanted.map((pattern) => {
    const file = files.find((name) => pattern.test(name))
    if (!file) throw new Error(`${folder} holds no ${pattern.source}`)
    return join(folder, file)
  })
}

/** Puts links to all libraries beside the executables, which look for libraries and backends there. Relative, so that the repository can be moved. */
export function linkBeside(folder: string, bin: string): void {
  mkdirSync(bin, { recursive: true })
  const files = readdirSync(folder)
    .filter((file) => library.test(file) || /\.(so|dylib)\.\d/.test(file))
    .map((file) => join(folder, file))
  const cuda = cudaBackend()
  const wanted = cuda ? [...files, cuda] : files
  const names = new Set(wanted.map((file) => basename(file)))
  // links to another build's libraries would be loaded beside these
  for (const file of readdirSync(bin))
    if (library.test(file.replace(/\.(so|dylib)\..*$/, '.$1')) && !names.has(file)) rmSync(join(bin, file))
  for (const file of wanted) {
    const link = join(bin, basename(file))
    const target = relative(bin, file)
    if (isLinkTo(link, target)) continue
    const fresh = `${link}.${process.pid}.tmp`
    rmSync(fresh, { force: true })
    symlinkSync(target, fresh)
    renameSync(fresh, link)
  }
}

function isLinkTo(link: string, target: string): boolean {
  try {
    return readlinkSync(link) === target
  } catch {
    return false
  }
}

/** System and processor, for messages. */
export function describePlatform(): string {
  const release = existsSync('/etc/os-release') ? /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] : undefined
  return `${process.platform} ${process.arch}${release ? ` (${release})` : ''}`
}
