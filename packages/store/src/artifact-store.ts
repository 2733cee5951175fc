/** A place for files beyond this machine: a shared folder, or a bucket. Keys are relative paths with `/`. */
export type ArtifactStore = AsyncDisposable & {
  /** Where it is, for messages; never with a secret. */
  readonly where: string
  /** Bytes of what is there, null where nothing is. */
  size(key: string): Promise<number | null>
  /** Stores a file under its content hash; what was uploaded before a cut is not sent again. Refuses a file whose content is not what the hash says. */
  put(key: string, file: string, options: { sha256: string; signal?: AbortSignal | undefined }): Promise<void>
  /** Writes what is stored to a file, whole or not at all; refuses content of another hash. */
  get(key: string, file: string, options: { sha256: string; signal?: AbortSignal | undefined }): Promise<void>
  /** The stored file itself, where the store is a folder of this machine; not to be written to. */
  local?(key: string): string
  /** Small records. */
  read(key: string): Promise<string | null>
  write(key: string, text: string): Promise<void>
  remove(key: string): Promise<void>
  /** Everything whose key begins so, with bytes and the time it was written. */
  list(prefix: string): AsyncIterable<{ key: string; bytes: number; written: Date }>
}
