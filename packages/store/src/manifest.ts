import { BadInput } from '@whetstone/core'
import { z } from 'zod'
import type { ArtifactStore } from './artifact-store.ts'

const Stored = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.number().int().nonnegative(), modified: z.number() })
export type Stored = z.infer<typeof Stored>

/** What a store holds of a run: files by their path in the repository, content by its hash. Written after all that it names. */
export const Manifest = z.object({
  run: z.string(),
  writtenAt: z.string(),
  /** How much of the run this is; a part cannot be restored. */
  whole: z.boolean(),
  files: z.record(z.string(), Stored),
})
export type Manifest = z.infer<typeof Manifest>

export const manifestKey = (run: string): string => `runs/${run}/manifest.json`

export async function readManifest(store: ArtifactStore, run: string): Promise<Manifest | null> {
  const text = await store.read(manifestKey(run))
  if (text === null) return null
  try {
    return Manifest.parse(JSON.parse(text))
  } catch {
    throw new BadInput(
      `${store.where}: ${manifestKey(run)} is no record of a run: it was altered or cut, or a proxy or a login page answers there; mirror the run again from the machine that has it`,
    )
  }
}
