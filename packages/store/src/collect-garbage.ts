import { randomUUID } from 'node:crypto'
import type { ArtifactStore } from './artifact-store.ts'
import { blobKey } from './blob-key.ts'
import { readManifest } from './manifest.ts'
import { storedRuns } from './restore.ts'

/** Removes content that no run's manifest names any more and that is older than a day: what is newer may belong to a mirror that has not come to its manifest, or to workers. Returns bytes. */
export async function collectGarbage(store: ArtifactStore, { olderThan = 86_400 }: { olderThan?: number } = {}): Promise<number> {
  const named = new Set<string>()
  for (const run of await storedRuns(store))
    for (const { sha256 } of Object.values((await readManifest(store, run))?.files ?? {})) named.add(blobKey(sha256))
  const before = (await storesClock(store)) - olderThan * 1000
  let freed = 0
  for await (const { key, bytes, written } of store.list('blobs/')) {
    if (named.has(key) || written.getTime() > before) continue
    await store.remove(key)
    freed += bytes
  }
  return freed
}

/** The time, in milliseconds, by the clock that dates what is stored: ours may be a day off, and what others are sending would count as old. */
async function storesClock(store: ArtifactStore): Promise<number> {
  const probe = `clocks/${randomUUID()}`
  await store.write(probe, '')
  try {
    for await (const { key, written } of store.list(probe)) if (key === probe) return written.getTime()
    return 0
  } finally {
    await store.remove(probe)
  }
}
