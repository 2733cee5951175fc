import { existsSync, readFileSync } from 'node:fs'
import { arch } from 'node:os'
import { staysOnCpu, type Gpu } from '@whetstone/core'
import { currentAccelerator } from '@whetstone/native'

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
  const device = staysOnCpu(gpu, parameters ?? Infinity) ? null : deviceOf(gpu)
  return device ?? `cpu-${arch()}-${cpuSet()}`
}

function cpuSet(): string {
  const flags = existsSync('/proc/cpuinfo') ? (/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '') : ''
  return sets.find(([, pattern]) => pattern.test(flags))?.[0] ?? 'plain'
}

/** The accelerator that was found here (native's findAccelerator) and is the one that was asked for, by its kind and name. */
function deviceOf(gpu: Gpu): string | null {
  const found = currentAccelerator()
  if (found === null || (gpu !== 'auto' && gpu !== found.kind)) return null
  return `${found.kind}-${(found.devices[0]?.description ?? '').trim().replace(/[^A-Za-z0-9]+/g, '-')}`
}
