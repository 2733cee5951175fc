import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { BadInput, makeFolder } from '@whetstone/core'
import type { Sink } from './text-sink.ts'

/** One output, in as many shards as its rows need. */
export class ExportFile {
  current: string
  /** Rows in the current file. */
  inFile = 0
  readonly #sinkOf: (file: string) => Sink
  readonly #options: { shard: number; force: boolean | undefined }
  readonly #name: string
  #done: { file: string; neighbour: string; rows: number }[] = []
  #sink: Sink | null = null

  constructor(sinkOf: (file: string) => Sink, name: string, options: { shard: number; force: boolean | undefined }) {
    this.#sinkOf = sinkOf
    this.#options = options
    this.#name = name
    this.current = name
    // A device or a folder would be put out of the way by the file that takes its name.
    const there = statSync(name, { throwIfNoEntry: false })
    if (there && !there.isFile()) throw new BadInput(`${name} is ${there.isDirectory() ? 'a folder: give the name of a file' : 'no file'}`)
    if (existsSync(name) && !options.force) throw new BadInput(`${name} exists: give another --out, or overwrite it with --force`)
  }

  /** Gives a promise only where there is something to wait for: a million rows wait for little. */
  write(row: Record<string, unknown>): Promise<void> | void {
    if (this.#sink && this.inFile >= this.#options.shard) return this.#close().then(() => this.write(row))
    if (!this.#sink) this.#open()
    this.inFile++
    return (this.#sink as Sink).write(row)
  }

  #nameOf(number: number): string {
    const [, stem, ending] = /^(.*?)((?:\.[A-Za-z]+){0,2})$/.exec(this.#name) as unknown as [string, string, string]
    return number === 0 ? this.#name : `${stem}-${String(number + 1).padStart(5, '0')}${ending}`
  }

  #open(): void {
    const number = this.#done.length
    this.current = this.#nameOf(number)
    if (number > 0 && existsSync(this.current) && !this.#options.force)
      throw new BadInput(`${this.current} exists: give another --out, or overwrite it with --force`)
    makeFolder(dirname(this.current))
    const neighbour = `${this.current}.${process.pid}.tmp`
    this.#done.push({ file: this.current, neighbour, rows: 0 })
    this.#sink = this.#sinkOf(neighbour)
    this.inFile = 0
  }

  async #close(): Promise<void> {
    if (!this.#sink) return
    await this.#sink.close()
    ;(this.#done.at(-1) as { rows: number }).rows = this.inFile
    this.#sink = null
  }

  /** All rows are on disk, under names of their own yet. */
  async close({ dropEmpty = false } = {}): Promise<{ file: string; rows: number }[]> {
    if (this.#done.length === 0) {
      if (dropEmpty) return []
      this.#open()
    }
    await this.#close()
    return this.#done.map(({ file, rows }) => ({ file, rows }))
  }

  /** Every file at once takes its name: until then nothing of the export is to be seen. Shards of an export that this one takes the place of go. */
  publish(): void {
    for (const { file, neighbour } of this.#done) renameSync(neighbour, file)
    if (this.#options.force)
      for (let number = Math.max(1, this.#done.length); existsSync(this.#nameOf(number)); number++) rmSync(this.#nameOf(number))
  }

  abandon(): void {
    this.#sink?.destroy()
    for (const { neighbour } of this.#done)
      try {
        rmSync(neighbour, { force: true })
      } catch {
        // it could not even be begun: what went wrong is thrown already
      }
  }
}
