import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { hash, root } from '@whetstone/core'
import type { Unit } from './compile.ts'
import { llamaVersion } from './extract-source.ts'
import { includedHeaders } from './included-headers.ts'
import { prefixCopy, prefixHeader } from './prefix-header.ts'
import { buildPlan, sourceFiles } from './tool-list.ts'
import type { Tool } from './tool-list.ts'

const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version
/** Folders whose headers every unit of ours finds by their names. */
const shared = ['tools/rows', 'tools/gguf'].map((folder) => join(root, folder))

/** Compilers run in the repository's root and get relative paths: objects hold none of this folder's name, and a moved or copied cache is still one. */
const inRoot = (file: string) => relative(root, file)

export function flagsFor(source: string): { ours: string[]; upstream: string[] } {
  const { flags } = buildPlan
  const upstream = [...flags.shared, ...flags.include.map((folder) => `-I${inRoot(join(source, folder))}`)]
  return {
    ours: [...flags.ours, ...upstream, ...shared.map((folder) => `-I${inRoot(folder)}`), `-DWHETSTONE_VERSION="${version}"`],
    upstream: [...flags.upstream, ...upstream, `-I${inRoot(join(source, 'vendor/hash'))}`, `-I${inRoot(join(root, 'tools/upstream'))}`],
  }
}

/** Lines that one object is made from, about: enough to share what its files have in common, few enough for several cores. */
const linesTogether = 1000

/**
 * Files of ours in the groups that are compiled together: neighbours in a folder. A fresh build takes three quarters of the time that one object a
 * file takes (LOG.md), since what a folder's files use of templates is made once. So names must differ within a folder, those of one file too.
 */
function together(files: readonly string[]): string[][] {
  const groups: { folder: string; lines: number; files: string[] }[] = []
  for (const file of files) {
    const lines = readFileSync(file, 'utf8').split('\n').length
    const last = groups.at(-1)
    if (last && last.folder === dirname(file) && last.lines + lines <= linesTogether) {
      last.files.push(file)
      last.lines += lines
    } else groups.push({ folder: dirname(file), lines, files: [file] })
  }
  return groups.sort((a, b) => b.lines - a.lines).map((group) => group.files)
}

/** The units of one tool. An object of ours depends on the headers that it reads, one of upstream's on llama.cpp's version. */
export function planUnits(tool: Tool, source: string): Unit[] {
  const flags = flagsFor(source)
  const prefix = readFileSync(prefixHeader, 'utf8')
  const ours = together(sourceFiles(root, tool.ours ?? [])).map((files) => ({
    sources: files.map(inRoot),
    flags: [...flags.ours, '-include', inRoot(prefixCopy)],
    key: hash([llamaVersion(), prefix, files.map((file) => includedHeaders(file, shared).map((header) => readFileSync(header, 'utf8')))]),
  }))
  const watched = (file: string) => {
    const text = tool.watched ? readFileSync(file, 'utf8') : ''
    return (tool.watched ?? []).filter((name) => text.includes(`${name}(`)).map((name) => `-D${name}=watched_${name}`)
  }
  const upstream = sourceFiles(source, tool.upstream ?? []).map((file) => ({
    // plain C files of the vendored hashes are C++ to upstream's build, or C without a standard of ours
    sources: [inRoot(file)],
    flags:
      file.endsWith('.c') && !file.endsWith('sha1.c')
        ? ['-x', 'c', ...flags.upstream]
        : ['-x', 'c++', '-std=c++17', '-Dmain=upstream_main', ...watched(file), ...flags.upstream],
    key: llamaVersion(),
  }))
  return [...ours, ...upstream]
}
