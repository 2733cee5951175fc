import { existsSync, readFileSync, statSync } from 'node:fs'
import { relative } from 'node:path'
import type { Gpu } from '@whetstone/core'
import { BadInput, hash, root, writeAtomic } from '@whetstone/core'
import { z } from 'zod'
import { ensureTools } from '../build-tools.ts'
import { linkBackend } from '../build-tools/find-libraries.ts'
import { Accelerator, acceleratorFile, acceleratorKinds, Device, toolFolder } from './accelerator.ts'
import type { Candidate } from './candidates.ts'
import { candidatesOf, driverState, missingHardware } from './candidates.ts'
import { probeBackend } from './probe-backend.ts'

/** What was tried: by library, driver and devices, so that the next start asks again only where one of them changed. */
const Record = z.object({
  used: Accelerator.nullable(),
  tried: z.record(z.string(), z.object({ devices: z.array(Device), refused: z.string().nullable() })),
})

export type Found = {
  accelerator: Accelerator | null
  /** Why what could have been used is not: a sentence each. */
  refused: string[]
}

export type FindAccelerator = {
  signal?: AbortSignal
  /** Where the accepted library is laid; for tests. */
  folder?: string
  candidates?: (kind: Accelerator['kind']) => Candidate[]
  hardware?: typeof missingHardware
}

/**
 * The accelerator that the native tools use from now on, found by trying: the first library whose operations agree with the CPU's. It is laid beside the tools, and those
 * of other kinds are taken away. `off` changes nothing. A kind by name that is not there, or that was tried and refused, is BadInput and names all that was looked for.
 */
export async function findAccelerator(gpu: Gpu, options: FindAccelerator = {}): Promise<Found> {
  if (gpu === 'off') return { accelerator: null, refused: [] }
  const { candidates = candidatesOf, hardware = missingHardware, folder = toolFolder, signal } = options
  const kinds = gpu === 'auto' ? acceleratorKinds : [gpu]
  const known = readRecord(folder)
  const refused: string[] = []
  const state = driverState()
  for (const kind of kinds) {
    const absent = hardware(kind)
    if (absent !== null) {
      if (gpu !== 'auto') refused.push(absent)
      continue
    }
    for (const { file, what, absent: remedy } of candidates(kind)) {
      if (!existsSync(file)) {
        if (gpu !== 'auto') refused.push(`${what} is not here: ${remedy}`)
        continue
      }
      const { size, mtimeMs } = statSync(file)
      const key = hash([relative(root, file), String(size), String(mtimeMs), state])
      if (!known.tried[key]) await ensureTools(['llama-probe'], { signal })
      const tried = (known.tried[key] ??= await probeBackend(file, { signal }))
      if (tried.refused !== null) {
        refused.push(`${tried.refused}: not used. ${remedyFor(kind)}`)
        continue
      }
      if (tried.devices.length === 0) {
        if (gpu !== 'auto') refused.push(`${what} finds no device`)
        continue
      }
      const accelerator = { kind, library: relative(root, file), devices: tried.devices }
      linkBackend(file, folder)
      writeAtomic(acceleratorFile(folder), JSON.stringify({ ...known, used: accelerator }))
      return { accelerator, refused }
    }
  }
  if (gpu !== 'auto') throw new BadInput(`--gpu=${gpu} cannot be used: ${refused.join('; ')}. --gpu=off computes on the CPU`)
  linkBackend(null, folder)
  if (Object.keys(known.tried).length > 0) writeAtomic(acceleratorFile(folder), JSON.stringify({ ...known, used: null }))
  return { accelerator: null, refused }
}

const remedyFor = (kind: Accelerator['kind']) =>
  kind === 'cuda'
    ? '`npx nx run tools:build --cuda` builds the CUDA backend for the GPU that is here'
    : 'Update its driver, or go on with --gpu=off'

function readRecord(folder: string): z.infer<typeof Record> {
  const file = acceleratorFile(folder)
  if (!existsSync(file)) return { used: null, tried: {} }
  const parsed = Record.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  return parsed.success ? parsed.data : { used: null, tried: {} } // of another version: tried again
}
