import { BadInput, decompress } from '@whetstone/core'
import type { FileMetaData, ParquetParsers, SchemaTree } from 'hyparquet'
import { BadText, isDecimal, plainValue, textOf } from './parquet/plain-value.ts'
import { parseJson } from './read/parse-json.ts'

/** Rows of a Parquet file, all columns or the named ones, as the hub serves data sets, in what JSON can hold: see {@link plainValue}. */
export async function readParquet(path: string, columns?: readonly string[]): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = []
  for await (const row of parquetRows(path, columns)) rows.push(row)
  return rows
}

/** The same, one row group in memory at a time. */
export async function* parquetRows(path: string, columns?: readonly string[]): AsyncGenerator<Record<string, unknown>> {
  // Loaded when it is used: few files are Parquet.
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import('hyparquet')
  let from = 0
  try {
    const file = await asyncBufferFromFile(path)
    const metadata = await parquetMetadataAsync(file)
    const tree = parquetSchema(metadata)
    const known = new Map(tree.children.map((child) => [child.element.name, child]))
    const missing = columns?.find((name) => !known.has(name))
    if (missing !== undefined) throw new BadInput(`${path} has no column ${missing}. Columns: ${[...known.keys()].join(', ')}`)
    const parsers = {
      stringFromBytes: textOf,
      geometryFromBytes: (bytes: Uint8Array) => bytes,
      jsonFromBytes: (bytes: Uint8Array | undefined) => {
        const text = textOf(bytes)
        return typeof text === 'string' ? parseJson(text) : text
      },
    } as Partial<ParquetParsers>
    const raw = withRawDecimals(metadata)
    for (const group of metadata.row_groups) {
      const rowEnd = from + Number(group.num_rows)
      const rows = await parquetReadObjects({
        file,
        metadata: raw,
        columns: columns && [...columns],
        rowStart: from,
        rowEnd,
        parsers,
        compressors: decompress,
      })
      for (const row of rows) {
        from++
        yield Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value, known.get(name) as SchemaTree)]))
      }
    }
  } catch (error) {
    if (error instanceof BadInput) throw error
    const why = (error as Error).message.split('\n')[0]
    if (error instanceof BadText) throw new BadInput(`${path}: row ${from}: ${why}: write the column anew`)
    throw new BadInput(`${path} cannot be read as a Parquet file (${why}): fetch or write it again`)
  }
}

/** Decimals as integers or bytes: the reader would make doubles of them. Bytes without a type it would read as text, so they get one whose parser keeps them. */
const withRawDecimals = (metadata: FileMetaData): FileMetaData => ({
  ...metadata,
  schema: metadata.schema.map((element) =>
    isDecimal(element)
      ? { ...element, converted_type: undefined, logical_type: element.type === 'BYTE_ARRAY' ? { type: 'GEOMETRY' } : undefined }
      : element,
  ),
})
