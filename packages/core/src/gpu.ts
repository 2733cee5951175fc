import { z } from 'zod'

/** The accelerator that sampling, scoring, training and embedding may use: none, whatever is found, or one by name. */
export const Gpu = z.enum(['off', 'auto', 'cuda', 'vulkan', 'metal'])
export type Gpu = z.infer<typeof Gpu>

/** Models below this many parameters are slower on a GPU than on the CPU. */
export const smallModel = 50e6

/** Whether a model's work stays on the CPU, in sampling, scoring and training alike: one rule, so that they never differ. */
export const staysOnCpu = (gpu: Gpu, parameters: number): boolean => gpu === 'off' || (gpu === 'auto' && parameters < smallModel)

/**
 * Layers that llama-sample and llama-score put on the GPU: all, and where the device was named they refuse to begin without one; `auto` leaves them on the CPU where there
 * is none.
 */
export const layersOnGpu = (gpu: Gpu, parameters: number): number => (staysOnCpu(gpu, parameters) ? 0 : gpu === 'auto' ? -1 : 999)
