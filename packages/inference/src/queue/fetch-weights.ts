import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, dataRoot, hashFile } from '@whetstone/core'
import { blobKey, fetchBlob, type ArtifactStore } from '@whetstone/store'
import type { Offer } from './protocol.ts'

const checked = new Set<string>()
/** A file of this content here: in the store's own folder where it is one, else fetched once. */
export async function fetchWeights(store: ArtifactStore, { sha256 }: Offer['model']['weights'], signal: AbortSignal): Promise<string> {
  const local = store.local?.(blobKey(sha256))
  if (local && existsSync(local)) {
    if (!checked.has(sha256) && (await hashFile(local)) !== sha256)
      throw new BadInput(`${local} is not what its name says (SHA-256): it was altered or cut; remove it, and it is brought again`)
    checked.add(sha256)
    return local
  }
  const file = join(dataRoot, 'checkpoints/.fetched', `${sha256}.gguf`)
  await fetchBlob(store, sha256, file, signal)
  return file
}
