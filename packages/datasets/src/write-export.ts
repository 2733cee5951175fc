import { createWriteStream, existsSync, mkdirSync, openSync, closeSync, fsyncSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { once } from 'node:events'
import { createGzip, type Gzip } from 'node:zlib'
import { BadInput, explainDiskError, hash } from '@whetstone/core'
import { contentKey } from '@whetstone/similarity'
import type { ExportFormat } from './define-export.ts'
import { Inexpressible, type ExportOptions, type ExportRow, type Turn } from './export-row.ts'
import { rowProblem } from './row-problem.ts'

export type WriteOptions = Partial<ExportOptions> & {
  /** The file, or the folder of formats whose files have names of their own (mlx-lm). */
  out: string
  /** Share of the questions whose rows go to a validation file, 0 to 0.5. All rows of a question go to one side. */
  validation?: number
  /** Most rows a file; more go to numbered files. */
  shard?: number
  gzip?: boolean
  /** Provenance beside each row (the file is then no longer strictly the consumer's), in a side file, or nowhere. */
  provenance?: 'inline' | 'side' | 'none'
  /** Leave out rows that the format cannot express, and name them; else the first ends the export. */
  skip?: boolean
  force?: boolean
}
export type Written = {
  files: { file: string; rows: number }[]
  companions: string[]
  skipped: { row: number; why: string }[]
  rows: number
}

/**
 * Writes rows in a consumer's format: each is checked by the consumer's schema before it is written, files appear whole or not at all, and nothing is overwritten unasked. Memory does not grow with the
 * number of rows.
 */
export async function writeExport(
  format: ExportFormat,
  rows: AsyncIterable<ExportRow> | Iterable<ExportRow>,
  options: WriteOptions,
): Promise<Written> {
  const how: ExportOptions = {
    thinking: options.thinking ?? format.thinking,
    text: options.text ?? false,
    implicit: options.implicit ?? false,
  }
  const { validation = 0, provenance = 'side', shard = Infinity, gzip = false } = options
  if (!(validation >= 0 && validation <= 0.5)) throw new BadInput(`--validation takes a share from 0 to 0.5, got ${validation}`)
  if (gzip && format.container !== 'jsonl')
    throw new BadInput(`--gzip packs JSONL, and ${format.name} is ${format.container === 'json' ? 'a JSON array' : 'Parquet'}`)
  const names = fileNames(format, resolve(options.out), { gzip })
  const sides = validation > 0 || format.splitFiles ? (['train', 'validation'] as const) : (['train'] as const)
  const skipped: Written['skipped'] = []
  const open = new Map<string, Side>()
  const sideFile =
    provenance === 'side'
      ? new Side({ ...format, container: 'jsonl' }, names.provenance, { shard: Infinity, gzip: false, force: options.force })
      : null
  let number = 0
  try {
    for (const side of sides) open.set(side, new Side(format, names[side], { shard, gzip, force: options.force }))
    for await (const row of rows) {
      number++
      if (row.kind !== format.kind) throw new Error(`${format.name} takes ${format.kind} rows, row ${number} is ${row.kind}`)
      const written = toChecked(format, row, how, number, options.skip ? skipped : null)
      if (written === null) continue
      const side = validation > 0 && heldOut(row, validation) ? 'validation' : 'train'
      const target = open.get(side) as Side
      await target.write(provenance === 'inline' && row.provenance ? { ...written, provenance: row.provenance } : written)
      if (sideFile && row.provenance) await sideFile.write({ file: basename(target.current), row: target.inFile, ...row.provenance })
    }
    if (number === 0) throw new BadInput(`There are no ${format.kind} rows to export`)
    const files = []
    for (const side of open.values()) files.push(...(await side.finish()))
    if (sideFile) await sideFile.finish({ dropEmpty: true })
    return {
      files,
      companions: writeCompanions(format, files, options.force),
      skipped,
      rows: files.reduce((sum, file) => sum + file.rows, 0),
    }
  } catch (error) {
    for (const side of [...open.values(), ...(sideFile ? [sideFile] : [])]) side.abandon()
    throw explainDiskError(error, options.out)
  }
}

function toChecked(
  format: ExportFormat,
  row: ExportRow,
  how: ExportOptions,
  number: number,
  skipped: Written['skipped'] | null,
): Record<string, unknown> | null {
  let why: string
  try {
    const written = format.toRow(row as never, how)
    const problem = rowProblem(format.row, written)
    if (problem === null) return written
    why = `${problem.field} ${problem.says}`
  } catch (error) {
    if (!(error instanceof Inexpressible)) throw error
    why = error.message
  }
  if (skipped === null) {
    const from = row.provenance?.traces.join(', ')
    throw new BadInput(
      `Row ${number}${from ? ` (${from})` : ''} cannot be written as ${format.name}: ${why}. Leave such rows out with --skip`,
    )
  }
  skipped.push({ row: number, why })
  return null
}

const promptOf = (row: ExportRow): readonly Turn[] => (row.kind === 'sft' ? row.messages.slice(0, -1) : row.prompt)

/** Which side a question falls on, by its content: its every row, in every export, falls on the same. */
function heldOut(row: ExportRow, share: number): boolean {
  const question = promptOf(row)
    .filter(({ role }) => role === 'user')
    .map(({ content }) => content)
    .join('\n')
  return parseInt(hash(contentKey(question)).slice(0, 8), 16) / 0x100000000 < share
}

function fileNames(format: ExportFormat, out: string, { gzip }: { gzip: boolean }) {
  const packed = (file: string) => (gzip && !file.endsWith('.gz') ? `${file}.gz` : file)
  if (format.splitFiles) {
    const { train, validation } = format.splitFiles
    return { train: packed(join(out, train)), validation: packed(join(out, validation)), provenance: join(out, 'provenance.jsonl') }
  }
  const [, stem = out, ending = ''] = /^(.*?)((?:\.[A-Za-z]+)?(?:\.gz)?)$/.exec(out) ?? []
  return { train: packed(out), validation: packed(`${stem}.validation${ending}`), provenance: `${stem}.provenance.jsonl` }
}

function writeCompanions(format: ExportFormat, files: Written['files'], force: boolean | undefined): string[] {
  const [first] = files
  if (!format.companions || !first) return []
  return Object.entries(format.companions({ file: basename(first.file), rows: first.rows })).map(([name, text]) => {
    const path = join(dirname(first.file), name)
    if (existsSync(path) && !force) throw new BadInput(`${path} exists: give another folder, or overwrite it with --force`)
    writeFileSync(path, text)
    return path
  })
}

/** One output, in as many shards as its rows need. */
class Side {
  current: string
  /** Rows in the current file. */
  inFile = 0
  readonly #format: ExportFormat
  readonly #options: { shard: number; gzip: boolean; force: boolean | undefined }
  readonly #name: string
  #done: { file: string; neighbour: string; rows: number }[] = []
  #sink: Sink | null = null

  constructor(format: ExportFormat, name: string, options: { shard: number; gzip: boolean; force: boolean | undefined }) {
    this.#format = format
    this.#options = options
    this.#name = name
    this.current = name
    if (existsSync(name) && !options.force) throw new BadInput(`${name} exists: give another --out, or overwrite it with --force`)
  }

  async write(row: Record<string, unknown>): Promise<void> {
    if (this.#sink && this.inFile >= this.#options.shard) await this.#close()
    if (!this.#sink) this.#open()
    await (this.#sink as Sink).write(row)
    this.inFile++
  }

  #open(): void {
    const number = this.#done.length
    const [, stem, ending] = /^(.*?)((?:\.[A-Za-z]+){0,2})$/.exec(this.#name) as unknown as [string, string, string]
    this.current = number === 0 ? this.#name : `${stem}-${String(number + 1).padStart(5, '0')}${ending}`
    if (number > 0 && existsSync(this.current) && !this.#options.force)
      throw new BadInput(`${this.current} exists: give another --out, or overwrite it with --force`)
    mkdirSync(dirname(this.current), { recursive: true })
    const neighbour = `${this.current}.${process.pid}.tmp`
    this.#done.push({ file: this.current, neighbour, rows: 0 })
    this.#sink = openSink(this.#format, neighbour, this.#options.gzip)
    this.inFile = 0
  }

  async #close(): Promise<void> {
    if (!this.#sink) return
    await this.#sink.close()
    ;(this.#done.at(-1) as { rows: number }).rows = this.inFile
    this.#sink = null
  }

  /** Every file at once takes its name: until then nothing of the export is to be seen. */
  async finish({ dropEmpty = false } = {}): Promise<Written['files']> {
    if (this.#done.length === 0) {
      if (dropEmpty) return []
      this.#open()
    }
    await this.#close()
    for (const { file, neighbour } of this.#done) renameSync(neighbour, file)
    return this.#done.map(({ file, rows }) => ({ file, rows }))
  }

  abandon(): void {
    this.#sink?.destroy()
    for (const { neighbour } of this.#done) rmSync(neighbour, { force: true })
  }
}

type Sink = { write(row: Record<string, unknown>): Promise<void>; close(): Promise<void>; destroy(): void }

const openSink = (format: ExportFormat, file: string, gzip: boolean): Sink =>
  format.container === 'parquet' ? parquetSink(format, file) : textSink(format.container === 'json', file, gzip)

/** JSONL, or a JSON array a row a line; in pieces of about 256 KiB. */
function textSink(array: boolean, file: string, gzip: boolean): Sink {
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

/** Parquet, a row group at a time. */
function parquetSink(format: ExportFormat, file: string): Sink {
  const pending: Record<string, unknown>[] = []
  let wake: (() => void) | null = null
  let room: (() => void) | null = null
  let ended = false
  async function* rows() {
    for (;;) {
      while (pending.length > 0) {
        const row = pending.shift() as Record<string, unknown>
        if (pending.length < 64) room?.()
        yield row
      }
      if (ended) return
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  let failure: Error | null = null
  const done = (async () => {
    const { fileWriter, parquetWriteRows } = await import('hyparquet-writer')
    const columns = (format.schema ?? []).filter((_, index, all) => index > 0 && isTop(all, index)).map(({ name }) => ({ name }))
    await parquetWriteRows({ writer: fileWriter(file), rows: rows(), columns, schema: format.schema, rowGroupSize: 10_000 })
  })().catch((error: Error) => {
    failure = error
    room?.()
  })
  return {
    async write(row) {
      if (failure) throw failure
      pending.push(row)
      wake?.()
      if (pending.length >= 1024) await new Promise<void>((resolve) => (room = resolve))
    },
    async close() {
      ended = true
      wake?.()
      await done
      if (failure) throw failure
    },
    destroy() {
      ended = true
      pending.length = 0
      wake?.()
    },
  }
}

/** Whether an element of a flattened schema is a column of its own, not a member of one. */
function isTop(schema: readonly { num_children?: number }[], index: number): boolean {
  for (let at = 1; at < schema.length; at += span(schema, at)) if (at === index) return true
  return false
}
function span(schema: readonly { num_children?: number }[], at: number): number {
  let size = 1
  for (let child = 0; child < (schema[at]?.num_children ?? 0); child++) size += span(schema, at + size)
  return size
}
