import { BadInput } from '@whetstone/core'

/**
 * Reads a Parquet file, all columns or the named ones, as the hub serves data sets, into what JSON can hold: rows are objects, texts strings, 64-bit integers numbers where a double holds them and
 * their digits as text where not.
 */
export async function readParquet(path: string, columns?: readonly string[]): Promise<Record<string, unknown>[]> {
  // Loaded when it is used: few files are Parquet.
  const { asyncBufferFromFile, parquetReadObjects } = await import('hyparquet')
  try {
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path), columns: columns && [...columns] })
    return rows.map((row) => plain(row) as Record<string, unknown>)
  } catch (error) {
    const wanted = columns ? ` with the columns ${columns.join(', ')}` : ''
    throw new BadInput(`${path} is not a Parquet file${wanted} (${(error as Error).message.split('\n')[0]}): fetch it again`)
  }
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Date) return value.toISOString()
  if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array, plain)
  if (Array.isArray(value)) return value.map(plain)
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]))
  return value
}
