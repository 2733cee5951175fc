import { closeSync, createWriteStream, fsyncSync, openSync } from 'node:fs'
import { once } from 'node:events'
import { createGzip, type Gzip } from 'node:zlib'

/** Where rows go, one after another; `destroy` gives up what was begun. */
export type Sink = { write(row: Record<string, unknown>): Promise<void>; close(): Promise<void>; destroy(): void }

/** JSONL, or a JSON array a row a line; in pieces of about 256 KiB. */
export function textSink(array: boolean, file: string, gzip: boolean): Sink {
  const disk = createWriteStream(file)
  const packer: Gzip | null = gzip ? createGzip() : null
  packer?.pipe(disk)
  const stream = packer ?? disk
  let failure: Error | null = null
  disk.on('error', (error) => (failure = error))
  let text = array ? '[\n' : ''
  let first = true
  const flush = async () => {
    if (failure) throw failure
    if (text !== '' && !stream.write(text)) await once(stream, 'drain')
    text = ''
  }
  return {
    async write(row) {
      text += array ? `${first ? '' : ',\n'}${JSON.stringify(row)}` : `${JSON.stringify(row)}\n`
      first = false
      if (text.length > 262_144) await flush()
    },
    async close() {
      if (array) text += first ? ']\n' : '\n]\n'
      await flush()
      stream.end()
      if (!disk.writableFinished) await once(disk, 'finish')
      if (failure) throw failure
      const handle = openSync(file, 'r')
      fsyncSync(handle)
      closeSync(handle)
    },
    destroy: () => stream.destroy(),
  }
}
