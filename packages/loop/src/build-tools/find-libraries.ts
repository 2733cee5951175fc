import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
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

/** node-llama-cpp's CUDA backend, where there is an NVIDIA driver: a plug-in to the same libraries, found at run time beside the executable. */
function cudaBackend(): string | null {
  const name = `${process.platform}-${process.arch}-cuda`
  const file = join(root, 'node_modules/@node-llama-cpp', name, 'bins', name, 'libggml-cuda.so')
  return existsSync('/proc/driver/nvidia/version') && existsSync(file) ? file : null
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
  const files = readdirSync(folder).filter((file) => library.test(file) || /\.(so|dylib)\.\d/.test(file)).map((file) => join(folder, file))
  const cuda = cudaBackend()
  for (const file of cuda ? [...files, cuda] : files) {
    const link = join(bin, file.slice(dirname(file).length + 1))
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

/** True on a machine whose C library is not the one the shipped libraries were built for, for the message. */
export function describePlatform(): string {
  const release = existsSync('/etc/os-release') ? /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] : undefined
  return `${process.platform} ${process.arch}${release ? ` (${release})` : ''}`
}
