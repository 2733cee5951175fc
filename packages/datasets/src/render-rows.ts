import type { Rows } from '@whetstone/core'

/** JSONL text of rows, a line at a time. */
export async function* renderRows<T>(rows: Rows<T>, shape: (row: T) => unknown): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(shape(row))}\n`
}
