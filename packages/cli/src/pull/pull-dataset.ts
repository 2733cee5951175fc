import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { BadInput, explainDiskError, hashFile, paths, readJson, takeLock, writeJson, writeRows, makeFolder } from '@whetstone/core'
import {
  aimeSource,
  download,
  gsm8kSource,
  hubEndpoint,
  hubFile,
  humanevalSource,
  mathSource,
  mbppSource,
  readParquet,
} from '@whetstone/tasks'
import type { DatasetSource } from '@whetstone/tasks'
import { z } from 'zod'

/** Every published data set that a taskset reads. */
export const knownDatasets: readonly DatasetSource[] = [gsm8kSource, mathSource, aimeSource, humanevalSource, mbppSource]

export type PullDataset = {
  dataset: string
  /** A folder of the user's that holds the files already. */
  from?: string | undefined
  signal?: AbortSignal
}
/** datasets/<name>/card.json */
export const DatasetCard = z.object({
  name: z.string(),
  source: z.string(),
  licence: z.string(),
  commit: z.string().nullable(),
  files: z.record(z.string(), z.string()),
  pulledAt: z.string(),
})
export type DatasetCard = z.infer<typeof DatasetCard>

/**
 * Brings a published data set to datasets/<name>/ as JSONL with a card (source, licence, revision, SHA-256 of each file). All files arrive,
 * checked as tasks, or none.
 */
export async function pullDataset({ dataset, from, signal }: PullDataset): Promise<{ card: DatasetCard; folder: string; fresh: boolean }> {
  const source = knownDatasets.find(({ name }) => name === dataset)
  if (source === undefined) throw new BadInput(`No data set "${dataset}". Known: ${knownDatasets.map(({ name }) => name).join(', ')}`)
  const folder = paths.taskset(source.name)
  const before = await intactCard(source, folder)
  if (before && from === undefined) return { card: before, folder, fresh: false }
  using _alone = takeLock(paths.lock(`datasets-${source.name}`), { what: `datasets/${source.name}` })
  const staging = `${folder}.part`
  const commit = from === undefined ? await fetchFiles(source, staging, signal) : await copyFiles(source, from, staging)
  const names = Object.keys(source.files)
  const card: DatasetCard = {
    name: source.name,
    source: from === undefined ? `${hubEndpoint()}/datasets/${source.repo}` : resolve(from),
    licence: source.licence,
    commit,
    files: Object.fromEntries(await Promise.all(names.map(async (name) => [name, await hashFile(join(staging, name))] as const))),
    pulledAt: new Date().toISOString(),
  }
  makeFolder(folder)
  for (const name of names) renameSync(join(staging, name), join(folder, name))
  writeJson(join(folder, 'card.json'), card)
  rmSync(staging, { recursive: true })
  return { card, folder, fresh: true }
}

/** The card of what is there, if its files are those that it was written for. */
async function intactCard(source: DatasetSource, folder: string): Promise<DatasetCard | undefined> {
  if (!existsSync(join(folder, 'card.json'))) return undefined
  const card = readJson(join(folder, 'card.json'), DatasetCard)
  for (const name of Object.keys(source.files)) {
    const file = join(folder, name)
    if (!existsSync(file) || (await hashFile(file)) !== card.files[name]) return undefined
  }
  return card
}

/** Fetches and converts each file; a download that was cut off goes on where it was. Returns the hub's revision. */
async function fetchFiles(source: DatasetSource, staging: string, signal: AbortSignal | undefined): Promise<string | null> {
  let commit: string | null = null
  for (const [name, path] of Object.entries(source.files)) {
    const found = await hubFile({ kind: 'dataset', repo: source.repo, path }, signal)
    commit = found.commit ?? commit
    const parquet = join(staging, `${name}.parquet`)
    await download({ url: found.url, headers: found.headers, sha256: found.sha256, to: parquet, signal })
    try {
      await writeRows(join(staging, name), await readParquet(parquet, source.columns))
    } finally {
      rmSync(parquet, { force: true })
    }
  }
  await source.check(staging).catch((error: unknown) => {
    rmSync(staging, { recursive: true })
    throw error
  })
  return commit
}

/** Copies a user's files; they are checked where they lie first, so that messages name them there. */
async function copyFiles(source: DatasetSource, from: string, staging: string): Promise<null> {
  const files = Object.keys(source.files).map((name) => {
    const file = [join(from, name), join(from, `${source.name}_${name}`)].find((candidate) => existsSync(candidate))
    if (file === undefined) throw new BadInput(`${from} holds neither ${name} nor ${source.name}_${name}: give the folder that holds them`)
    return { name, file }
  })
  await source.check(from)
  makeFolder(staging)
  for (const { name, file } of files) {
    try {
      copyFileSync(file, join(staging, name))
    } catch (error) {
      throw explainDiskError(error, staging)
    }
  }
  return null
}
