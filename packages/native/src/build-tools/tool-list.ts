import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '@whetstone/core'

/** What a tool is compiled from. Paths of ours are relative to the repository, of upstream to llama.cpp's source. */
export type Tool = {
  about: string
  /** Folders of tools/ whose .cpp files belong to it, or single files. */
  ours?: readonly string[]
  /** Folders whose headers it reads besides its own. */
  headers?: readonly string[]
  /** Upstream files, or folders (all their .cpp files). */
  upstream?: readonly string[]
  /** Functions of llama.cpp that its upstream files call by the name `watched_…`, which is one of ours. */
  watched?: readonly string[]
  /** Built by `tools:build` without a name: what the loop needs. */
  needed: boolean
}

const rows = ['tools/rows', 'tools/gguf']
/** Upstream's tools read files through a check of ours: see tools/upstream/checked-main.cpp. */
const checked = ['tools/upstream/checked-main.cpp', 'tools/gguf']

export const tools: Record<string, Tool> = {
  'llama-init': {
    about: 'a model with random weights',
    ours: [...rows, 'tools/init', 'tools/train/families', 'tools/train/save/gguf-file.cpp'],
    headers: ['tools/train'],
    needed: true,
  },
  'llama-train': { about: 'SFT, DPO and GRPO training', ours: [...rows, 'tools/train'], needed: true },
  'llama-sample': { about: 'batch sampling', ours: [...rows, 'tools/sample'], needed: true },
  'llama-score': { about: 'likelihood scoring', ours: [...rows, 'tools/score'], needed: true },
  'llama-probe': {
    about: 'does an accelerator compute what the CPU computes?',
    ours: ['tools/probe', 'tools/rows/arguments.cpp', 'tools/rows/run-tool.cpp', 'tools/rows/interrupted.cpp'],
    headers: rows,
    needed: false,
  },
  'llama-quantize': { about: 'other weight types', upstream: ['tools/quantize'], ours: checked, needed: true },
  'llama-export-lora': {
    about: 'merges an adapter into its base',
    upstream: ['tools/export-lora'],
    ours: [...checked, 'tools/upstream/cpu-backend.cpp'],
    needed: true,
  },
  'llama-imatrix': { about: 'importance matrix for quantizing', upstream: ['tools/imatrix'], ours: checked, needed: false },
  'llama-perplexity': { about: 'upstream perplexity', upstream: ['tools/perplexity'], ours: checked, needed: false },
  'llama-bench': { about: 'speed of one sequence (a peer in tools:bench)', upstream: ['tools/llama-bench'], ours: checked, needed: false },
  'llama-batched-bench': {
    about: 'speed of many sequences (a peer in tools:bench)',
    upstream: ['tools/batched-bench'],
    ours: checked,
    needed: false,
  },
  'llama-finetune': {
    about: 'upstream training (a peer in tools:bench)',
    upstream: ['examples/training/finetune.cpp'],
    ours: checked,
    needed: false,
  },
  'llama-server': {
    about: 'HTTP server, about a minute to compile',
    upstream: [
      'tools/server',
      'tools/mtmd/mtmd.cpp',
      'tools/mtmd/mtmd-audio.cpp',
      'tools/mtmd/mtmd-image.cpp',
      'tools/mtmd/mtmd-helper.cpp',
      'tools/mtmd/mtmd-helper-gen.cpp',
      'tools/mtmd/clip.cpp',
      'tools/mtmd/models',
      'vendor/cpp-httplib/httplib.cpp',
      'vendor/hash/hash.cpp',
      'vendor/hash/xxhash/xxhash.c',
      'vendor/hash/sha1/sha1.c',
      'vendor/hash/sha256/sha256.c',
    ],
    ours: [...checked, 'tools/upstream/no-web-page.cpp', 'tools/upstream/watched-chat.cpp', 'tools/rows/watch-template.cpp'],
    headers: ['tools/rows'],
    watched: [
      'common_chat_templates_init',
      'common_chat_templates_apply',
      'common_chat_format_example',
      'common_chat_templates_support_enable_thinking',
      'common_params_parse',
    ],
    needed: false,
  },
}

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
