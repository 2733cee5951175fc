import { basename, dirname, join } from 'node:path'
import { BadInput } from '@whetstone/core'
import { detectExport, loadExport, readRaw, type ExportRow, type Turn } from '@whetstone/datasets'
import { findByContent, openRun, runNames, scanFile } from '@whetstone/runs'

/** A row of a file, with how its traces were found. */
export type FoundRow = {
  format: string
  row: unknown
  how: 'named in the row' | 'named in the side file' | 'found by content'
  traces: string[]
}

/** The traces that a row of somebody's file came from: what the row or the file beside it says, else every trace that asked and answered so. */
export async function rowOfFile(file: string, line: number, named: string | undefined): Promise<FoundRow> {
  const format = named === undefined ? await detectExport(file) : await loadExport(named)
  for await (const raw of readRaw(file, { from: line })) {
    if (raw.line !== line) break
    if (raw.broken) throw new BadInput(`${file}:${line}: ${raw.broken}`)
    const own = tracesIn(raw.row)
    if (own.length > 0) return { format: format.name, row: raw.row, how: 'named in the row', traces: own }
    const beside = sideRow(file, line)
    if (beside.length > 0) return { format: format.name, row: raw.row, how: 'named in the side file', traces: beside }
    const row = format.fromRow(format.row.parse(withoutExtra(raw.row, format.row)))
    return { format: format.name, row: raw.row, how: 'found by content', traces: await byContent(row) }
  }
  let rows = 0
  for await (const _ of readRaw(file)) rows++
  throw new BadInput(`${file} has no row on line ${line}: it has ${rows} rows`)
}

/** Ids of traces that a row names: ours, or the provenance that --with-provenance put there. */
function tracesIn(row: unknown): string[] {
  const { trace, traces, provenance, sources } = (row ?? {}) as Record<string, unknown>
  const listed = [
    trace,
    traces,
    (provenance as { traces?: unknown } | undefined)?.traces,
    ...(Array.isArray(sources) ? sources.map((each) => (each as { trace?: unknown }).trace) : []),
  ]
  const ids = listed.flatMap((each) => (each !== null && typeof each === 'object' ? Object.values(each) : [each]))
  return [...new Set(ids.filter((each): each is string => typeof each === 'string' && each.startsWith('trace-')))]
}

/** What the side file of an export says of its n-th row. */
function sideRow(file: string, place: number): string[] {
  const stem = basename(file).replace(/(\.validation)?(-\d{5})?(\.[A-Za-z]+)?(\.gz)?$/, '')
  for (const side of [join(dirname(file), `${stem}.provenance.jsonl`), join(dirname(file), 'provenance.jsonl')])
    for (const text of scanFile(side, `"row":${place},`, Infinity).first) {
      const entry = JSON.parse(text) as { file?: string; row?: number; traces?: string[] }
      if (entry.row === place && (entry.file === undefined || basename(entry.file) === basename(file))) return entry.traces ?? []
    }
  return []
}

async function byContent(row: ExportRow): Promise<string[]> {
  const prompt = row.kind === 'sft' ? row.messages.slice(0, -1) : row.prompt
  const answers =
    row.kind === 'sft'
      ? row.messages.slice(-1)
      : row.kind === 'preference'
        ? [...row.chosen, ...row.rejected]
        : row.kind === 'labelled'
          ? row.completion
          : []
  const question = prompt.find(({ role }) => role === 'user')?.content ?? ''
  const ids = new Set<string>()
  for (const run of runNames())
    for (const round of openRun(run).rounds())
      for (const { content } of answers as Turn[]) for (const { id } of await findByContent(round, question, content)) ids.add(id)
  return [...ids]
}

/** Columns beside the format's own are left aside, as models:train does. */
function withoutExtra(
  row: unknown,
  schema: { safeParse(value: unknown): { success: boolean; error?: { issues: readonly object[] } } },
): unknown {
  let rest = row
  for (let tries = 0; tries < 100; tries++) {
    const parsed = schema.safeParse(rest)
    const keys = (parsed.error?.issues as { code?: string; path?: unknown[]; keys?: string[] }[] | undefined)?.find(
      ({ code, path }) => code === 'unrecognized_keys' && path?.length === 0,
    )?.keys
    if (parsed.success || !keys) return rest
    rest = Object.fromEntries(Object.entries(rest as object).filter(([name]) => !keys.includes(name)))
  }
  return rest
}
