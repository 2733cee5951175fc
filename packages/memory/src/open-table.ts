import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Connection, Table } from '@lancedb/lancedb'
import { awaitLock, BadInput, paths, type Embedder } from '@whetstone/core'
import { bankFormat, bankSchema } from './bank-schema.ts'
import { explainBank, isUri, storageOptions } from './bank-uri.ts'

const tableName = 'memories'

export type OpenTable = {
  /** Folder, or object-store URI such as s3://bucket/prefix (endpoint and credentials from the environment: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, …). */
  uri: string
  /** Null to look at a bank without embedding anything. */
  embedder: Embedder | null
  /** Open what was known when this tag was set; read-only. */
  tag?: string
  /** Refuse to make a bank that is not there. */
  existing?: boolean
  storageOptions?: Record<string, string>
}

/** Opens the LanceDB table of a bank, or makes it; refuses a newer format and another embedder than the bank was written with. */
export async function openTable(options: OpenTable): Promise<Table> {
  const { uri, embedder } = options
  const place = isUri(uri) ? uri : resolve(uri)
  const mustExist = options.existing || options.tag !== undefined || embedder === null
  const missing = () =>
    new BadInput(`No memory bank at ${uri}: run a round first (npx nx run loops:cycle), or import one (npx nx run loops:memory import)`)
  if (mustExist && !isUri(uri) && !existsSync(place)) throw missing()
  // Loaded when it is used: every command imports this file, few open a bank.
  // What it would say on stderr by itself (retries, throttling) is said in the error, once.
  process.env['LANCEDB_LOG'] ??= 'error'
  const { connect } = await import('@lancedb/lancedb')
  const known = options.storageOptions ?? storageOptions(uri)
  const failed = (error: unknown) => {
    throw explainBank(uri, 'open', error)
  }
  const connection = await connect(place, known ? { storageOptions: known } : {}).catch(failed)
  // Asked for by its name: not every store lists what lies two folders down.
  const found = await connection.openTable(tableName).catch((error: Error) => (/was not found/.test(error.message) ? null : failed(error)))
  if (found === null && (mustExist || embedder === null)) throw missing()
  const table = found ?? (await createTable(connection, place, embedder as Embedder).catch(failed))
  await check(table, uri, embedder)
  if (embedder && options.tag === undefined) await migrate(table)
  if (options.tag !== undefined) {
    const tags = await (await table.tags()).list()
    if (!(options.tag in tags))
      throw new BadInput(`Bank ${uri} has no tag "${options.tag}". Tags: ${Object.keys(tags).sort().join(', ') || 'none'}`)
    await table.checkout(options.tag)
  }
  return table
}

/** Two processes may make the same bank at once: in a folder one after the other, since LanceDB writes the second's empty table over the first's rows; in a bucket the one that comes second opens what the first has made. */
async function createTable(connection: Connection, place: string, embedder: Embedder): Promise<Table> {
  using _alone = isUri(place) ? null : await awaitLock(paths.lock('banks'), { what: 'The making of memory banks' })
  const made = await connection.openTable(tableName).catch(() => null)
  if (made !== null) return made
  try {
    return await connection.createEmptyTable(tableName, await bankSchema(embedder.id, embedder.dimensions))
  } catch (error) {
    return await connection.openTable(tableName).catch(() => {
      throw error
    })
  }
}

/** Banks of before 2026-12 have the reason of a retirement in its text alone: whoever may write to one gives it the column. */
async function migrate(table: Table): Promise<void> {
  const { fields } = await table.schema()
  if (fields.some(({ name }) => name === 'retiredFor')) return
  await table.addColumns([{ name: 'retiredFor', valueSql: "split_part(retired, ':', 1)" }])
}

async function check(table: Table, uri: string, embedder: Embedder | null): Promise<void> {
  const { metadata, fields } = await table.schema()
  const format = Number(metadata.get('whetstone.format') ?? 'NaN')
  if (!(format >= 1))
    throw new BadInput(`${uri} is not a memory bank of Whetstone (no whetstone.format in its schema): name another folder`)
  if (format > bankFormat)
    throw new BadInput(
      `Bank ${uri} has format ${format}, this Whetstone reads up to ${bankFormat}: update Whetstone, or export the bank to JSON with the newer one and import it here`,
    )
  if (!embedder) return
  const id = metadata.get('whetstone.embedder')
  const dimensions = (fields.find((field) => field.name === 'vector')?.type as { listSize?: number } | undefined)?.listSize
  if (id === embedder.id && dimensions === embedder.dimensions) return
  throw new BadInput(
    `Bank ${uri} was embedded by ${id} (${dimensions} dimensions), not by ${embedder.id} (${embedder.dimensions} dimensions): use that embedder, or re-embed: ` +
      'npx nx run loops:memory export --out=bank.json, then import --file=bank.json --bank=NEW',
  )
}
