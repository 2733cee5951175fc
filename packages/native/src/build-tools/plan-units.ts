import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { hash, root } from '@whetstone/core'
import type { Unit } from './compile.ts'
import { llamaVersion } from './extract-source.ts'
import { includedHeaders } from './included-headers.ts'
import { prefixCopy, prefixHeader } from './prefix-header.ts'
import { sourceFiles } from './tool-list.ts'
import type { Tool } from './tool-list.ts'

const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version
const rows = join(root, 'tools/rows')

/** Compilers run in the repository's root and get relative paths: objects hold none of this folder's name, and a moved or copied cache is still one. */
const inRoot = (file: string) => relative(root, file)

export function flagsFor(source: string): { ours: string[]; upstream: string[] } {
  const include = ['include', 'ggml/include', 'common', 'src', 'vendor', 'tools/mtmd'].map((folder) => `-I${inRoot(join(source, folder))}`)
  const shared = ['-DGGML_BACKEND_DL', '-DGGML_BACKEND_SHARED', '-DGGML_SHARED', '-DLLAMA_SHARED', ...include]
  return {
    ours: ['-std=c++17', '-O3', '-Wno-psabi', ...shared, `-I${inRoot(rows)}`, `-DWHETSTONE_VERSION="${version}"`],
    upstream: [
      '-O2',
      '-w',
      '-DCPPHTTPLIB_TCP_NODELAY=1',
      '-DCPPHTTPLIB_LISTEN_BACKLOG=512',
      '-DCPPHTTPLIB_REQUEST_URI_MAX_LENGTH=32768',
      '-DCPPHTTPLIB_FORM_URL_ENCODED_PAYLOAD_MAX_LENGTH=1048576',
      ...shared,
      `-I${inRoot(join(source, 'vendor/hash'))}`,
      `-I${inRoot(join(root, 'tools/upstream'))}`,
    ],
  }
}

/** The units of one tool. An object of ours depends on the headers that it reads, one of upstream's on llama.cpp's version. */
export function planUnits(tool: Tool, source: string): Unit[] {
  const flags = flagsFor(source)
  const prefix = readFileSync(prefixHeader, 'utf8')
  const ours = sourceFiles(root, tool.ours ?? []).map((file) => ({
    source: inRoot(file),
    flags: [...flags.ours, '-include', inRoot(prefixCopy)],
    key: hash([llamaVersion(), prefix, includedHeaders(file, [rows]).map((header) => readFileSync(header, 'utf8'))]),
  }))
  const upstream = sourceFiles(source, tool.upstream ?? []).map((file) => ({
    // plain C files of the vendored hashes are C++ to upstream's build, or C without a standard of ours
    source: inRoot(file),
    flags:
      file.endsWith('.c') && !file.endsWith('sha1.c')
        ? ['-x', 'c', ...flags.upstream]
        : ['-x', 'c++', '-std=c++17', '-Dmain=upstream_main', ...flags.upstream],
    key: llamaVersion(),
  }))
  return [...ours, ...upstream]
}
