import type { Model } from '@whetstone/core'
import { staysOnCpu } from '@whetstone/core'
import type { Accelerator } from '@whetstone/native'
import { fasterOnDevice, findAccelerator } from '@whetstone/native'
import type { Gpu } from '@whetstone/core'

/**
 * Decides once a command which device samples, scores and trains, lays its backend beside the tools, and says so: nobody waits a night for a GPU that was never used.
 * Small models stay on the CPU, and nothing is said of them, unless a device is named or a trial of ten seconds says that it is faster there. Returns what stands for
 * `gpu` from then on.
 */
export async function useAccelerator(
  gpu: Gpu,
  { parameters, path }: Pick<Model, 'parameters' | 'path'>,
  signal?: AbortSignal,
): Promise<Gpu> {
  if (path === null || gpu === 'off') return gpu
  const small = staysOnCpu(gpu, parameters ?? 0)
  const { accelerator, refused } = await findAccelerator(gpu, { signal })
  if (small) {
    if (accelerator === null || !(await fasterOnDevice({ path, parameters: parameters ?? 0 }, accelerator, { signal }))) return gpu
    process.stderr.write(`  ${describe(accelerator)}: a trial was faster there than on the CPU\n`)
    return accelerator.kind
  }
  for (const reason of refused) process.stderr.write(`  ${reason}\n`)
  process.stderr.write(`  ${accelerator ? describe(accelerator) : cpuSentence}\n`)
  return gpu
}

const cpuSentence =
  'no accelerator is used: sampling and training run on the CPU, where a model of this size takes hours a round (`npx nx run loops:doctor` says what was looked for)'

const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`

/** What is used, and what its first device is. */
export const describe = ({ kind, devices }: Accelerator): string =>
  `sampling, scoring and training on ${devices.map(({ description, memory_free: free, memory_total: total }) => `${description} (${gigabytes(free)} free of ${gigabytes(total)})`).join(', ')} by ${kind}`
