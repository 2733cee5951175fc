import { BadInput, decodePercent, parseAddress } from '@whetstone/core'
import type { ArtifactStore } from './artifact-store.ts'
import { folderStore } from './folder-store.ts'

/** Opens a store by its address: a folder (an absolute path, or one from the repository's root), or s3://bucket/prefix. Nothing is asked of it yet. */
export async function openStore(url: string): Promise<ArtifactStore> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase()
  if (scheme === undefined) return folderStore(url)
  if (scheme === 'file') return folderStore(decodePercent(parseAddress(url, url).pathname, url))
  if (scheme !== 's3') throw new BadInput(`${url} is no store: give a folder, or s3://bucket/prefix`)
  // The SDK takes a third of a second to load, and most runs have no bucket.
  const { s3Store } = await import('./s3-store.ts')
  return s3Store(url)
}
