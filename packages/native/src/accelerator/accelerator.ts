import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { paths } from '@whetstone/core'
import { z } from 'zod'

/** A kind of accelerator, in the order in which `auto` tries them. */
export const acceleratorKinds = ['cuda', 'metal', 'vulkan'] as const
export type AcceleratorKind = (typeof acceleratorKinds)[number]

export const Device = z.object({
  device: z.string(),
  description: z.string(),
  type: z.string(),
  /** Bytes. */
  memory_free: z.number(),
  memory_total: z.number(),
  /** Squared error of each operation relative to the CPU's result; null where the device lacks the operation. */
  operations: z.record(z.string(), z.number().nullable()),
  wrong: z.array(z.string()),
})
export type Device = z.infer<typeof Device>

/** A backend library that was tried and computes what the CPU computes. */
export const Accelerator = z.object({
  kind: z.enum(acceleratorKinds),
  /** The backend's library, relative to the repository. */
  library: z.string(),
  devices: z.array(Device).min(1),
})
export type Accelerator = z.infer<typeof Accelerator>

/** Where the tools lie, and beside them the libraries that they load. */
export const toolFolder = dirname(paths.tool('any'))

export const acceleratorFile = (folder = toolFolder) => join(folder, 'accelerator.json')

/** The accelerator that was found last and whose library lies beside the tools; null where they use the CPU. */
export function currentAccelerator(folder = toolFolder): Accelerator | null {
  const file = acceleratorFile(folder)
  if (!existsSync(file)) return null
  const { used } = z.object({ used: Accelerator.nullable() }).parse(JSON.parse(readFileSync(file, 'utf8')))
  return used !== null && existsSync(join(folder, `libggml-${used.kind}.so`)) ? used : null
}
