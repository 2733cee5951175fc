import type { SchemaElement } from 'hyparquet'
import type { z } from 'zod'
import type { ExportKind, ExportOptions, ExportRow } from './export-row.ts'

/**
 * One consumer's format: a file each in exports/, its default export. `row` is the consumer's documented schema, strict, so that a file of ours and a file of somebody's are checked by the same rule;
 * `toRow` and `fromRow` are each other's inverse for what the format can hold.
 */
export type ExportFormat<K extends ExportKind = ExportKind, R = Record<string, unknown>> = {
  name: string
  about: string
  /** The consumer's own description of the format. */
  source: string
  kind: K
  container: 'jsonl' | 'json' | 'parquet'
  /** Its reader takes a row a line and nothing else; the others' (the hub's loader) take arrays and Parquet too. */
  lines?: true
  /** Default name of the file. */
  file: string
  /** What the consumer does with thinking: the default of `--thinking`. */
  thinking: ExportOptions['thinking']
  /** It has words for tools: calls, what tools gave, and the functions that are offered. Rows with such are refused elsewhere. */
  tools?: true
  row: z.ZodType<R>
  toRow(row: Extract<ExportRow, { kind: K }>, options: ExportOptions): R
  fromRow(row: R): Extract<ExportRow, { kind: K }>
  /** Parquet's column types. */
  schema?: SchemaElement[]
  /** Files that the consumer wants beside the rows, by name. */
  companions?(written: Companied): Record<string, string>
  /** Names of the files of train, validation and test rows where the consumer looks for them by name. */
  splitFiles?: { train: string; validation: string; test: string }
}

/** What companions are told of: the names of the files that were written. */
export type Companied = { train: string[]; validation: string[] }

/** Ties a format's row type to its schema. */
export const defineExport = <K extends ExportKind, R>(format: ExportFormat<K, R>): ExportFormat<K, R> => format
