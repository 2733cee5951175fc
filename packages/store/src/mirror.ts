import { existsSync } from 'node:fs'
import { BadInput, hashFile } from '@whetstone/core'
import type { ArtifactStore } from './artifact-store.ts'
import { storeBlob } from './fetch-blob.ts'
import { manifestKey, readManifest, type Manifest, type Stored } from './manifest.ts'
import { runContent, spentWeights, type RunFile } from './run-content.ts'
import { mirrored, type StoreSettings } from './store-settings.ts'

export type Mirror = { files: number; bytes: number; sent: number }

/** Files that grow are not sent again in the midst of work for less than this. */
const growth = 1.25
const large = 16 * 2 ** 20
const together = 4

/**
 * Brings a run's files into a store: content that is there is not sent, unchanged files are not read. `settled` false in the midst of work: a file that changes while it is sent is left for the next
 * time. The run's manifest is written last, so that what it names is there.
 */
export async function mirrorRun(
  store: ArtifactStore,
  run: string,
  { what, keep, settled, signal }: Pick<StoreSettings, 'what' | 'keep'> & { settled: boolean; signal?: AbortSignal },
): Promise<Mirror> {
  const before = await readManifest(store, run)
  const all = runContent(run)
  const spent = spentWeights(run, all, keep)
  const wanted = all.filter(({ kind, path }) => what.includes(kind) && !spent.has(path))
  const known = new Set(Object.values(before?.files ?? {}).map(({ sha256 }) => sha256))
  const files: Manifest['files'] = {}
  let sent = 0
  const one = async (entry: RunFile) => {
    const old = before?.files[entry.path]
    if (!settled && old && entry.bytes > large && entry.bytes < old.bytes * growth) files[entry.path] = old
    else {
      const stored = await bring(store, entry, { old, known, settled, signal })
      if (stored) {
        files[entry.path] = stored.stored
        if (stored.sent) sent += stored.stored.bytes
      }
    }
  }
  // Ledgers first: see runContent.
  const ledgers = wanted.filter(({ path }) => path.endsWith('.chunks'))
  for (const entry of ledgers) await one(entry)
  const rest = wanted.slice(ledgers.length)
  await Promise.all(
    Array.from({ length: together }, async () => {
      for (let entry = rest.shift(); entry; entry = rest.shift()) {
        signal?.throwIfAborted()
        await one(entry)
      }
    }),
  )
  const manifest: Manifest = {
    run,
    writtenAt: new Date().toISOString(),
    whole: mirrored.every((kind) => what.includes(kind)),
    files: Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))),
  }
  await store.write(manifestKey(run), `${JSON.stringify(manifest, null, 1)}\n`)
  const stored = Object.values(files)
  return { files: stored.length, bytes: stored.reduce((sum, { bytes }) => sum + bytes, 0), sent }
}

async function bring(
  store: ArtifactStore,
  { file, bytes, modified }: RunFile,
  {
    old,
    known,
    settled,
    signal,
  }: { old: Stored | undefined; known: ReadonlySet<string>; settled: boolean; signal?: AbortSignal | undefined },
): Promise<{ stored: Stored; sent: boolean } | null> {
  if (old && old.bytes === bytes && old.modified === modified) return { stored: old, sent: false }
  for (let tries = 1; ; tries++) {
    if (!existsSync(file)) return null
    try {
      const sha256 = await hashFile(file)
      const sent = !known.has(sha256) && (await storeBlob(store, file, sha256, bytes, signal))
      return { stored: { sha256, bytes, modified }, sent }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      // It was written to while it was sent.
      if (!(error instanceof BadInput) || !/has SHA-256/.test(error.message)) throw error
      if (tries === 3 && !settled) return old ? { stored: old, sent: false } : null
      if (tries === 3) throw error
    }
  }
}
