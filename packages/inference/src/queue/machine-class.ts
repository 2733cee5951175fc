import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { arch } from 'node:os'
import { dirname } from 'node:path'
import { paths, staysOnCpu, type Gpu } from '@whetstone/core'

/** Instruction sets that llama.cpp has CPU code for, the best first: bit equality holds among machines that run the same. */
const sets: [string, RegExp][] = [
  ['amx', /\bamx_int8\b/],
  ['avx512bf16', /\bavx512_bf16\b/],
  ['avx512vnni', /\bavx512_vnni\b/],
  ['avx512', /\bavx512f\b/],
  ['avxvnni', /\bavx_vnni\b/],
  ['avx2', /\bavx2\b/],
  ['avx', /\bavx\b/],
]

/** What kind of machine answers for a model here: within a class equal requests have equal answers. */
export function machineClass({ gpu = 'auto', parameters }: { gpu?: Gpu | undefined; parameters: number | null }): string {
  const device = staysOnCpu(gpu, parameters ?? Infinity) ? null : accelerator(gpu)
  return device ?? `cpu-${arch()}-${cpuSet()}`
}

function cpuSet(): string {
  const flags = existsSync('/proc/cpuinfo') ? (/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '') : ''
  return sets.find(([, pattern]) => pattern.test(flags))?.[0] ?? 'plain'
}

/** The accelerator that the tools here were linked with, by its name. */
function accelerator(gpu: Gpu): string | null {
  const folder = dirname(paths.tool('llama-sample'))
  const libraries = existsSync(folder) ? readdirSync(folder).join(' ') : ''
  const name = (text: string) => text.trim().replace(/[^A-Za-z0-9]+/g, '-')
  if (process.platform === 'darwin' && (gpu === 'auto' || gpu === 'metal')) return 'metal'
  if (/ggml-cuda/.test(libraries) && (gpu === 'auto' || gpu === 'cuda')) {
    const found = spawnSync('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], { encoding: 'utf8', timeout: 10_000 })
    const first = found.status === 0 ? found.stdout.split('\n')[0] : ''
    if (first) return `cuda-${name(first)}`
  }
  return /ggml-vulkan/.test(libraries) && (gpu === 'auto' || gpu === 'vulkan') ? 'vulkan' : null
}
