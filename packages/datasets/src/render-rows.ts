/** JSONL text of rows. */
export const renderRows = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
