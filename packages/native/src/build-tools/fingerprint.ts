import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hash, paths, root } from '@whetstone/core'
import { buildFolder, llamaVersion } from './extract-source.ts'
import { headerFiles, sourceFiles, tools } from './tool-list.ts'
import type { Tool } from './tool-list.ts'

/** Everything of ours that a tool is made from, and the version of llama.cpp: equal fingerprints, equal tools (on one machine). */
export function fingerprint(name: string): string {
  const tool = tools[name] as Tool
  const files = [...sourceFiles(root, tool.ours ?? []), ...headerFiles(tool)]
  return hash([
    llamaVersion(),
    [...(tool.upstream ?? []), ...(tool.watched ?? [])],
    files.map((file) => [file.slice(root.length), readFileSync(file, 'utf8')]),
  ])
}

export const stampFile = (name: string) => join(buildFolder, 'stamps', name)

/** True when the binary is there and was built from what lies in the folders now. */
export function isUpToDate(name: string): boolean {
  const stamp = stampFile(name)
  return existsSync(paths.tool(name)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint(name)
}
