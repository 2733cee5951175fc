import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, hash, hashFile, paths, readJson, writeJson, writeRows, makeFolder } from '@whetstone/core'
import {
  download,
  hubEndpoint,
  hubTableFile,
  hubTables,
  parquetRows,
  pickColumns,
  type ColumnChoice,
  type HubTable,
} from '@whetstone/tasks'
import { z } from 'zod'

export type PullHubTable = {
  /** owner/name */
  repo: string
  config?: string | undefined
  splits?: readonly string[] | undefined
  /** Columns that are kept; all where none is named. */
  keep?: readonly string[] | undefined
  columns?: ColumnChoice
  signal?: AbortSignal
}
/** datasets/<owner>--<name>/<config>/card.json */
export const TableCard = z.object({
  name: z.string(),
  source: z.string(),
  config: z.string(),
  commit: z.string().nullable(),
  /** What was asked for: the same again is here already. */
  asked: z.string(),
  /** Columns of question, answer and the rest as a task table reads them; null where they must be named. */
  columns: z.record(z.string(), z.string()).nullable(),
  splits: z.record(z.string(), z.object({ file: z.string(), rows: z.number(), sha256: z.string(), parquet: z.array(z.string()) })),
  pulledAt: z.string(),
})
export type TableCard = z.infer<typeof TableCard>

/**
 * Brings splits of any data set of the hub to datasets/<owner>--<name>/<config>/<split>.jsonl by its Parquet files, with a card. All of it
 * arrives or nothing; a download that was cut off goes on where it was.
 */
export async function pullHubTable(
  request: PullHubTable,
): Promise<{ card: TableCard; folder: string; fresh: boolean; problem: string | null }> {
  const { repo, keep, columns = {}, signal } = request
  const tables = await hubTables(repo, request, signal)
  const { config } = tables[0] as HubTable
  const folder = join(paths.taskset(repo.replace('/', '--')), config)
  const asked = hash([tables, keep ?? null, columns])
  const before = await intactCard(folder, asked)
  if (before) return { card: before, folder, fresh: false, problem: before.columns === null ? nameThem : null }
  const staging = `${folder}.part`
  const fetched = await fetchParts(tables, staging, signal)
  try {
    const { splits, picked, problem } = await convert(tables, staging, request)
    const source = `${hubEndpoint()}/datasets/${repo}`
    const { commit } = fetched
    const card: TableCard = { name: repo, source, config, commit, asked, columns: picked, splits, pulledAt: new Date().toISOString() }
    makeFolder(folder)
    for (const { file } of Object.values(splits)) renameSync(join(staging, file), join(folder, file))
    writeJson(join(folder, 'card.json'), card)
    return { card, folder, fresh: true, problem }
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}
const nameThem = 'name question and answer with --question=COLUMN --answer=COLUMN'
const partOf = (staging: string, { split, files }: HubTable) => files.map((_, i) => join(staging, `${split}-${i}.parquet`))

/** What has arrived stays where a later file fails, so that the same command goes on there. */
async function fetchParts(
  tables: readonly HubTable[],
  staging: string,
  signal: AbortSignal | undefined,
): Promise<{ commit: string | null }> {
  let commit: string | null = null
  for (const table of tables)
    for (const [i, to] of partOf(staging, table).entries()) {
      const found = await hubTableFile(table.files[i] as string, signal)
      commit = found.commit ?? commit
      const isHere = existsSync(to) && found.sha256 !== undefined && (await hashFile(to)) === found.sha256
      if (!isHere) await download({ ...found, to, signal })
    }
  return { commit }
}

async function convert(tables: readonly HubTable[], staging: string, { repo, keep, columns = {} }: PullHubTable) {
  const splits: TableCard['splits'] = {}
  let [picked, problem] = [null as TableCard['columns'], null as string | null]
  for (const table of tables) {
    const parts = partOf(staging, table)
    try {
      picked = pickColumns(await firstRows(parts, keep), columns, `hf:${repo} (${table.config}, ${table.split})`)
    } catch (error) {
      // What was named must be there; what was not can be named later.
      if (!(error instanceof BadInput) || Object.values(columns).some((name) => name !== undefined)) throw error
      problem = error.message
    }
    let rows = 0
    const counted = async function* () {
      for (const part of parts)
        for await (const row of parquetRows(part, keep)) {
          rows++
          yield row
        }
    }
    const file = `${table.split}.jsonl`
    await writeRows(join(staging, file), counted())
    for (const part of parts) rmSync(part)
    splits[table.split] = { file, rows, sha256: await hashFile(join(staging, file)), parquet: table.files }
  }
  return { splits, picked, problem }
}

async function firstRows(parts: readonly string[], keep: readonly string[] | undefined) {
  const head: { record: Record<string, unknown>; line: number }[] = []
  for (const part of parts)
    for await (const record of parquetRows(part, keep)) {
      head.push({ record, line: head.length + 1 })
      if (head.length === 100) return head
    }
  return head
}

async function intactCard(folder: string, asked: string): Promise<TableCard | undefined> {
  if (!existsSync(join(folder, 'card.json'))) return undefined
  const card = readJson(join(folder, 'card.json'), TableCard)
  for (const { file, sha256 } of Object.values(card.splits))
    if (!existsSync(join(folder, file)) || (await hashFile(join(folder, file))) !== sha256) return undefined
  return card.asked === asked ? card : undefined
}
