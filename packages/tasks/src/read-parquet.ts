import { BadInput } from '@whetstone/core'

/**
 * Reads the named columns of a Parquet file, as the hub serves data sets, into what JSON can hold: rows are objects, texts strings, 64-bit
 * integers numbers.
 */
export async function readParquet(path: string, columns: readonly string[]): Promise<Record<string, unknown>[]> {
  // Loaded when it is used: only a download meets Parquet.
  const { asyncBufferFromFile, parquetReadObjects } = await import('hyparquet')
  try {
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path), columns: [...columns] })
    const plain = (value: unknown) => (typeof value === 'bigint' ? Number(value) : value)
    return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])))
  } catch (error) {
    throw new BadInput(
      `${path} is not a Parquet file with the columns ${columns.join(', ')} (${(error as Error).message.split('\n')[0]}): fetch it again`,
    )
  }
}
