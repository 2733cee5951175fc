import { existsSync } from 'node:fs'
import { BadInput, hashFile } from '@whetstone/core'
import type { ArtifactStore } from './artifact-store.ts'
import { blobKey } from './blob-key.ts'

/** Content by its hash, in a file: what lies there already is used if it is that content. */
export async function fetchBlob(store: ArtifactStore, sha256: string, file: string, signal?: AbortSignal): Promise<void> {
  if (existsSync(file) && (await hashFile(file)) === sha256) return
  if ((await store.size(blobKey(sha256))) === null)
    throw new BadInput(`${store.where} holds no file of SHA-256 ${sha256.slice(0, 16)}…: give the store that the run mirrors to`)
  await store.get(blobKey(sha256), file, { sha256, signal })
}

/** Stores a file under its content's hash; nothing is sent where it is there. Returns whether it was sent. */
export async function storeBlob(store: ArtifactStore, file: string, sha256: string, bytes: number, signal?: AbortSignal): Promise<boolean> {
  if ((await store.size(blobKey(sha256))) === bytes) return false
  await store.put(blobKey(sha256), file, { sha256, signal })
  return true
}
