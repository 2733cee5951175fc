/** Where a taskset's rows are published on the Hugging Face hub, and what becomes of them under datasets/<name>/. */
export type DatasetSource = {
  name: string
  about: string
  licence: string
  /** owner/name on the hub. */
  repo: string
  /**
   * Parquet file in the repository by the name of the JSONL file it becomes. A folder of the user's may hold the JSONL under that name or
   * as `<name>_<file>`.
   */
  files: Readonly<Record<string, string>>
  columns: readonly string[]
  /** Reads a folder's files as the taskset does; throws BadInput with file and line for what cannot be used. */
  check(folder: string): Promise<void>
}
