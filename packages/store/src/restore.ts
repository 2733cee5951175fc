import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, dataRoot, fromRepository, hashFile, nameProblem } from '@whetstone/core'
import type { ArtifactStore } from './artifact-store.ts'
import { fetchBlob } from './fetch-blob.ts'
import { manifestKey, readManifest } from './manifest.ts'

/** Runs that a store holds. */
export async function storedRuns(store: ArtifactStore): Promise<string[]> {
  const runs: string[] = []
  for await (const { key } of store.list('runs/')) {
    const run = /^runs\/([^/]+)\/manifest\.json$/.exec(key)?.[1]
    if (run !== undefined) runs.push(run)
  }
  return runs.sort()
}

/**
 * Makes a mirrored run whole on this machine. Files that are here with the same content stay; one that differs is refused before anything is written, unless `overwrite`. The records that make a run
 * a run come last: a restore that was cut is done again with the same command.
 */
export async function restoreRun(
  store: ArtifactStore,
  run: string,
  { overwrite, signal }: { overwrite: boolean; signal?: AbortSignal },
): Promise<{ files: number; bytes: number; fetched: number }> {
  const manifest = await readManifest(store, run)
  if (!manifest) {
    const runs = await storedRuns(store)
    throw new BadInput(`${store.where} holds no run ${run}: ${runs.length ? `it holds ${runs.slice(0, 12).join(', ')}` : 'it holds none'}`)
  }
  if (!manifest.whole)
    throw new BadInput(
      `${store.where} holds only a part of run ${run} (see store.what of its recipe): it can be looked at there, not restored`,
    )
  const files = Object.entries(manifest.files).map(([path, stored]) => ({ path, file: place(path, run), ...stored }))
  const missing: typeof files = []
  for (const entry of files) {
    signal?.throwIfAborted()
    if (!existsSync(entry.file)) missing.push(entry)
    else if (statSync(entry.file).size !== entry.bytes || (await hashFile(entry.file)) !== entry.sha256) {
      if (!overwrite)
        throw new BadInput(
          `${entry.path} is here and differs from the mirrored one: move the run's folders away, or take the mirrored files with --overwrite`,
        )
      missing.push(entry)
    }
  }
  const last = (path: string) => Number(/\/(run|incumbent)\.json$/.test(path))
  missing.sort((a, b) => last(a.path) - last(b.path))
  let fetched = 0
  for (const { sha256, file, bytes } of missing) {
    await fetchBlob(store, sha256, file, signal)
    fetched += bytes
  }
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), fetched }
}

/** Where a mirrored file belongs: in the run's folders or among the models, and nowhere else, whatever a manifest says. */
function place(path: string, run: string): string {
  const inside = ['reports', 'datasets', 'checkpoints'].some((folder) => path.startsWith(`${folder}/${run}/`)) || path.startsWith('models/')
  const parts = path.split('/')
  if (!inside || parts.some((part) => part === '' || part === '.' || part === '..' || nameProblem(part) !== null) || /[\\\0]/.test(path))
    throw new BadInput(
      `${manifestKey(run)} names ${JSON.stringify(path)}, which is no file of run ${run}: the manifest was altered, and is refused`,
    )
  // Weights that the checkout ships need no copy; a run's own files lie where runs are written.
  return path.startsWith('models/') ? fromRepository(path) : join(dataRoot, path)
}
