import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '@whetstone/core'
import { builtCuda } from './build-cuda.ts'
import type { AcceleratorKind } from './accelerator.ts'

/** A backend library that may be tried, or why there is none. */
export type Candidate = { kind: AcceleratorKind; what: string; file: string; absent: string }

/** The libraries of a kind that could be here, best first: our own build for the GPU at hand, then those that node-llama-cpp ships. */
export function candidatesOf(kind: AcceleratorKind): Candidate[] {
  const platform = `${process.platform}-${process.arch}`
  const shipped = (name: string, ...rest: string[]) => join(root, 'node_modules/@node-llama-cpp', name, 'bins', ...rest)
  if (kind === 'metal') {
    const name = `mac-${process.arch}-metal`
    return [
      { kind, what: "node-llama-cpp's Metal build", file: shipped(name, name, 'libggml-metal.so'), absent: 'Metal is there on macOS only' },
    ]
  }
  const fetch = `\`npx nx run tools:build --gpu-libraries=${kind}\` fetches it`
  if (kind === 'vulkan') {
    const name = `${platform}-vulkan`
    return [{ kind, what: "node-llama-cpp's Vulkan build", file: shipped(name, name, 'libggml-vulkan.so'), absent: fetch }]
  }
  const name = `${platform}-cuda`
  return [
    {
      kind,
      what: 'our build for the GPU here',
      file: join(builtCuda(), 'libggml-cuda.so'),
      absent: '`npx nx run tools:build --cuda` makes it',
    },
    { kind, what: "node-llama-cpp's build for CUDA 13", file: shipped(name, name, 'libggml-cuda.so'), absent: fetch },
    { kind, what: "node-llama-cpp's build for CUDA 12", file: shipped(`${name}-ext`, name, 'fallback', 'libggml-cuda.so'), absent: fetch },
  ]
}

/** Whether a machine has hardware of a kind at all, by what its driver shows; why not, where it has none. */
export function missingHardware(kind: AcceleratorKind): string | null {
  if (kind === 'metal') return process.platform === 'darwin' ? null : 'this is no Mac'
  if (kind === 'cuda') return existsSync('/proc/driver/nvidia/version') ? null : 'no NVIDIA driver (/proc/driver/nvidia/version)'
  const drivers = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'].flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))
  return drivers.length > 0 || process.env['VK_ICD_FILENAMES'] || process.env['VK_DRIVER_FILES']
    ? null
    : 'no Vulkan driver (/usr/share/vulkan/icd.d)'
}

/** What a trial's result depends on beside the library: driver, devices, and the variables that hide some of them. */
export function driverState(): string {
  const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '')
  const list = (folder: string) => (existsSync(folder) ? readdirSync(folder).sort().join() : '')
  const names = ['CUDA_VISIBLE_DEVICES', 'GGML_VK_VISIBLE_DEVICES', 'VK_ICD_FILENAMES', 'VK_DRIVER_FILES', 'LD_LIBRARY_PATH']
  return [
    read('/proc/driver/nvidia/version'),
    list('/proc/driver/nvidia/gpus'),
    list('/dev/dri'),
    list('/usr/share/vulkan/icd.d'),
    ...names.map((name) => process.env[name] ?? ''),
  ].join('\n')
}
