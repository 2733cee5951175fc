import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
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
    .filter((file) => !accelerators.includes(file)) // these are laid beside the tools once they were tried
    .map((file) => join(folder, file))
  const names = new Set(files.map((file) => basename(file)))
  // links to another build's libraries would be loaded beside these; an accelerator's stays, it was tried
  for (const file of readdirSync(bin))
    if (library.test(file.replace(/\.(so|dylib)\..*$/, '.$1')) && !names.has(file) && !accelerators.includes(file)) rmSync(join(bin, file))
  for (const file of files) linkTo(file, join(bin, basename(file)))
}

/** Accelerators' backends: plug-ins, which every tool loads that finds them beside it. */
const accelerators = ['cuda', 'vulkan', 'metal'].map((kind) => `libggml-${kind}.so`)

/** Lays an accelerator's backend beside the tools, and takes those of other kinds away; with null all but what the CPU's build brings along (Metal). */
export function linkBackend(file: string | null, bin: string): void {
  for (const name of accelerators) if (file === null || name !== basename(file)) rmSync(join(bin, name), { force: true })
  if (file !== null) linkTo(file, join(bin, basename(file)))
}

function linkTo(file: string, link: string): void {
  const target = relative(dirname(link), file)
  if (isLinkTo(link, target)) return
  const fresh = `${link}.${process.pid}.tmp`
  rmSync(fresh, { force: true })
  symlinkSync(target, fresh)
  renameSync(fresh, link)
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
