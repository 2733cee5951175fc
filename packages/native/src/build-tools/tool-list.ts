import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '@whetstone/core'

/** What a tool is compiled from. Paths of ours are relative to the repository, of upstream to llama.cpp's source. */
export type Tool = {
  about: string
  /** Folders of tools/ whose .cpp files belong to it, or single files. */
  ours?: readonly string[]
  /** Folders whose headers it reads besides its own. */
  headers?: readonly string[]
  /** Upstream files, or folders (all their .cpp files). Upstream's tools read files through a check of ours: tools/upstream/checked-main.cpp. */
  upstream?: readonly string[]
  /** Functions of llama.cpp that its upstream files call by the name `watched_…`, which is one of ours. */
  watched?: readonly string[]
  /** Built by `tools:build` without a name: what the loop needs. */
  needed: boolean
}

/** tools/tools.json: what tools:build and tools/bench-gpu.sh (which has no Node) build alike, and how. */
export const buildPlan = JSON.parse(readFileSync(join(root, 'tools/tools.json'), 'utf8')) as {
  flags: { shared: string[]; include: string[]; ours: string[]; upstream: string[] }
  cuda: {
    /** Folders below ggml-cuda, and what a file's name must match there. */
    files: [string, string][]
    /** Types of keys and values; of all pairs, those whose attention kernels are built. Each of all 49 pairs takes minutes. */
    attentionTypes: string[]
    attentionPairs: string[]
    flags: string[]
    /** GGML_CUDA_NO_VMM: no need to link the driver's library. */
    defines: string[]
    include: string[]
  }
  tools: Record<string, Tool>
}

export const { tools } = buildPlan

export const neededTools = Object.keys(tools).filter((name) => tools[name]?.needed)

/** The files below a folder, sub-folders included, whose names end so. */
const filesBelow = (folder: string, end: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(end))
    .sort()
    .map((file) => join(folder, file))

/** The source files of a list of folders and files. Of ours, sub-folders count too; of upstream's, a folder's own files only. */
export function sourceFiles(base: string, paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (/\.(c|cpp)$/.test(path)) return [join(base, path)]
    const files = filesBelow(join(base, path), '.cpp')
    return base === root ? files : files.filter((file) => dirname(file) === join(base, path))
  })
}

/** The headers our sources of a tool may include: any of its folders. */
export function headerFiles(tool: Tool): string[] {
  const folders = [...(tool.ours ?? []), ...(tool.headers ?? [])].filter((path) => !path.endsWith('.cpp'))
  return folders.flatMap((folder) => filesBelow(join(root, folder), '.h'))
}
