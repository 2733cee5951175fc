import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Connection, Table } from '@lancedb/lancedb'
import { BadInput, type Embedder } from '@whetstone/core'
import { bankFormat, bankSchema } from './bank-schema.ts'

const tableName = 'memories'
const isUri = (uri: string) => /^[a-z][a-z0-9+.-]*:\/\//i.test(uri)

export type OpenTable = {
  /** Folder, or object-store URI such as s3://bucket/prefix (credentials from the environment as the store's own tools read them: AWS_ACCESS_KEY_ID, AWS_ENDPOINT, …). */
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
  const { connect } = await import('@lancedb/lancedb')
  const connection = await connect(place, options.storageOptions ? { storageOptions: options.storageOptions } : {}).catch(
    (error: unknown) => {
      throw unreachable(uri, error)
    },
  )
  const names = await connection.tableNames().catch((error: unknown) => {
    throw unreachable(uri, error)
  })
  let table: Table
  if (names.includes(tableName)) table = await connection.openTable(tableName)
  else if (mustExist || embedder === null) throw missing()
  else table = await createTable(connection, embedder)
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

/** Two processes may make the same bank at once: the one that comes second opens what the first has made. */
async function createTable(connection: Connection, embedder: Embedder): Promise<Table> {
  try {
    return await connection.createEmptyTable(tableName, await bankSchema(embedder.id, embedder.dimensions))
  } catch (error) {
    if (!(await connection.tableNames()).includes(tableName)) throw error
    return await connection.openTable(tableName)
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
      'npx nx run loops:memory export --file=bank.json, then import --file=bank.json --bank=NEW',
  )
}

/** LanceDB's errors nest, with source places: the innermost says what happened, the outermost what was being done. */
function unreachable(uri: string, error: unknown): BadInput {
  const causes = (error as Error).message
    .replace(/, \/[^\s:]+:\d+:\d+/g, '')
    .split(/\s*Caused by:\s*|\n/)
    .map((cause) => cause.replace(/^(?:lance error: )?(?:LanceError\(\w+\): )?/, '').trim())
    .filter(Boolean)
  const [what, why] = [causes[0] ?? 'unknown error', causes.at(-1) ?? '']
  return new BadInput(
    `Cannot open the memory bank ${uri}: ${what.slice(0, 200)}${why === what || why === '' ? '' : ` (${why.slice(0, 120)})`}: check the path or URI and the store's credentials`,
  )
}
