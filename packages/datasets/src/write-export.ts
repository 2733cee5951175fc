import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { BadInput, canonicalJson, explainDiskError, hash, writeAtomic } from '@whetstone/core'
import { contentKey } from '@whetstone/similarity'
import type { Companied, ExportFormat } from './define-export.ts'
import { ExportFile } from './export-file.ts'
import { Inexpressible, toolsOf, type ExportOptions, type ExportRow, type Turn } from './export-row.ts'
import { rowProblem } from './row-problem.ts'
import { textSink, type Sink } from './text-sink.ts'

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
  /** Where the row that was just given stands, of rows that come from a file. */
  where?: () => string
  force?: boolean
}
export type Written = {
  files: { file: string; rows: number }[]
  companions: string[]
  /** The side file that says of each row what it came from. */
  side: string | null
  skipped: { row: number; why: string; where: string }[]
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
  const paths = fileNames(format, resolve(options.out), { gzip })
  const sides = validation > 0 ? (['train', 'validation'] as const) : (['train'] as const)
  if (format.splitFiles && (gzip || shard !== Infinity))
    throw new BadInput(`${format.name} looks for ${format.splitFiles.train} alone: leave out ${gzip ? '--gzip' : '--shard'}`)
  const sinkOf = await sinksOf(format, gzip)
  const skipped: Written['skipped'] = []
  const open = new Map<string, ExportFile>()
  const sideFile =
    provenance === 'side'
      ? new ExportFile((file) => textSink(false, file, false), paths.provenance, { shard: Infinity, force: options.force })
      : null
  let number = 0
  try {
    for (const side of sides) open.set(side, new ExportFile(sinkOf, paths[side], { shard, force: options.force }))
    for await (const row of rows) {
      number++
      if (row.kind !== format.kind) throw new Error(`${format.name} takes ${format.kind} rows, row ${number} is ${row.kind}`)
      const written = toChecked(
        format,
        row,
        how,
        { row: number, where: options.where?.() ?? `row ${number}` },
        options.skip ? skipped : null,
      )
      if (written === null) continue
      const side = validation > 0 && heldOut(row, validation) ? 'validation' : 'train'
      const target = open.get(side) as ExportFile
      const wait = target.write(provenance === 'inline' && row.provenance ? { ...written, provenance: row.provenance } : written)
      if (wait) await wait
      const beside = sideFile && row.provenance && sideFile.write({ file: basename(target.current), row: target.inFile, ...row.provenance })
      if (beside) await beside
    }
    if (number === 0) throw new BadInput(`There are no ${format.kind} rows to export`)
    if (skipped.length === number)
      throw new BadInput(`None of the ${number} rows can be written as ${format.name} (${skipped[0]?.where}: ${skipped[0]?.why})`)
    // All of it is on disk under other names before the first file takes its own: a disk that fills leaves nothing.
    const [train, validated] = [
      await open.get('train')?.close(),
      await open.get('validation')?.close({ dropEmpty: format.splitFiles !== undefined }),
    ]
    const files = [...(train ?? []), ...(validated ?? [])]
    const [beside] = sideFile ? await sideFile.close({ dropEmpty: true }) : []
    const names = (of: Written['files'] = []) => of.filter(({ rows: held }) => held > 0).map(({ file }) => basename(file))
    const companions = writeCompanions(
      format,
      dirname(files[0]?.file ?? ''),
      { train: names(train), validation: names(validated) },
      options.force,
    )
    for (const side of open.values()) side.publish()
    sideFile?.publish()
    return { files, companions, side: beside?.file ?? null, skipped, rows: files.reduce((sum, file) => sum + file.rows, 0) }
  } catch (error) {
    for (const side of [...open.values(), ...(sideFile ? [sideFile] : [])]) side.abandon()
    throw explainDiskError(error, options.out)
  }
}

async function sinksOf(format: ExportFormat, gzip: boolean): Promise<(file: string) => Sink> {
  if (format.container !== 'parquet') return (file) => textSink(format.container === 'json', file, gzip)
  const { parquetSink } = await import('./parquet-sink.ts')
  return (file) => parquetSink(format, file)
}

function toChecked(
  format: ExportFormat,
  row: ExportRow,
  how: ExportOptions,
  place: Pick<Written['skipped'][number], 'row' | 'where'>,
  skipped: Written['skipped'] | null,
): Record<string, unknown> | null {
  let why: string
  try {
    const tools = format.tools ? null : toolsOf(row)
    if (tools !== null) throw new Inexpressible(`${tools}, and this format has no words for tools`)
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
      `${place.where.replace(/^r/, 'R')}${from ? ` (${from})` : ''} cannot be written as ${format.name}: ${why}. Leave such rows out with --skip`,
    )
  }
  skipped.push({ ...place, why })
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

function writeCompanions(format: ExportFormat, folder: string, written: Companied, force: boolean | undefined): string[] {
  if (!format.companions || written.train.length === 0) return []
  return Object.entries(format.companions(written)).map(([name, text]) => {
    const path = join(folder, name)
    const merged = existsSync(path) ? mergeJson(path, text, force ?? false) : text
    if (merged === null) throw new BadInput(`${path} exists: give another folder, or overwrite it with --force`)
    writeAtomic(path, merged)
    return path
  })
}

/** A list of data sets (dataset_info.json) takes further ones in, forced or not; null where the file says something else of what it would be told, and nobody forces it. */
function mergeJson(path: string, text: string, force: boolean): string | null {
  if (!path.endsWith('.json')) return force ? text : null
  try {
    const [before, added] = [readFileSync(path, 'utf8'), text].map((each) => JSON.parse(each) as Record<string, unknown>) as [
      object,
      object,
    ]
    const clash = Object.entries(added).some(
      ([key, value]) => key in before && canonicalJson(before[key as keyof object]) !== canonicalJson(value),
    )
    return clash && !force ? null : `${JSON.stringify({ ...before, ...added }, null, 2)}\n`
  } catch {
    return force ? text : null
  }
}
