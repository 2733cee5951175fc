import { closeSync, createWriteStream, fsyncSync, openSync, writeSync } from 'node:fs'
import { once } from 'node:events'
import { createGzip } from 'node:zlib'

/** Where rows go, one after another: a row that fills a block may be waited for. `destroy` gives up what was begun. */
export type Sink = { write(row: Record<string, unknown>): Promise<void> | void; close(): Promise<void>; destroy(): void }

/** Characters that are gathered before they are written. */
const block = 1 << 20

/** JSONL, or a JSON array a row a line. */
export function textSink(array: boolean, file: string, gzip: boolean): Sink {
  const disk = gzip ? packed(file) : plain(file)
  let text = array ? '[\n' : ''
  let first = true
  const flush = () => {
    const wait = disk.write(withoutLineEnds(text))
    text = ''
    return wait
  }
  return {
    write(row) {
      text += array ? `${first ? '' : ',\n'}${JSON.stringify(row)}` : `${JSON.stringify(row)}\n`
      first = false
      if (text.length > block) return flush()
    },
    async close() {
      if (array) text += first ? ']\n' : '\n]\n'
      await flush()
      await disk.close()
    },
    destroy: () => disk.destroy(),
  }
}

/** Signs that end lines for some readers (Python's splitlines among them) stand in JSON only within strings, where they may be escaped. */
const withoutLineEnds = (text: string) =>
  text.replace(/[\u0085\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)

function plain(file: string) {
  const handle = openSync(file, 'w')
  let open = true
  const close = () => {
    if (open) closeSync(handle)
    open = false
  }
  return {
    write(text: string): Promise<void> | void {
      const bytes = Buffer.from(text)
      for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written)
    },
    close() {
      fsyncSync(handle)
      close()
    },
    destroy: close,
  }
}

function packed(file: string) {
  const disk = createWriteStream(file)
  const packer = createGzip()
  packer.pipe(disk)
  let failure: Error | null = null
  disk.on('error', (error) => {
    failure = error
    // What waits for room waits no longer.
    packer.destroy(error)
  })
  packer.on('error', () => {})
  return {
    async write(text: string) {
      if (failure) throw failure
      if (!packer.write(text))
        await once(packer, 'drain').catch((error: Error) => {
          throw failure ?? error
        })
    },
    async close() {
      packer.end()
      if (!disk.writableFinished && !failure) await once(disk, 'finish')
      if (failure) throw failure as Error
      const handle = openSync(file, 'r+')
      fsyncSync(handle)
      closeSync(handle)
    },
    destroy() {
      packer.destroy()
      disk.destroy()
    },
  }
}
