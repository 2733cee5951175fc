import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { runTool } from '@whetstone/core'
import type { BenchResult } from './bench-result.ts'

/** What is done with a run's traces on the way to a trainer, each in a process of its own, with the rows that must be had a second of processor time. */
const works = [
  { work: 'filter chain', rows: 'traces', least: 50_000 },
  { work: 'export jsonl', rows: 'rows', least: 40_000 },
  { work: 'export parquet', rows: 'rows', least: 40_000 },
  { work: 'aggregate', rows: 'rows', least: null },
  { work: 'walk', rows: 'walks', least: null },
] as const
export type ExportWork = 'make' | 'rows' | (typeof works)[number]['work']
export type ExportFigures = { seconds: number; resident: number; rows: number; slowest?: number }

/** Resident memory that none may go beyond, MiB; and seconds that a walk may take. */
const memoryBound = 500
const walkBound = 2

/** Scripted traces through filters, exports, an aggregate of ten runs and walks, reading and writing included. */
export async function benchExports(folder: string, rows: number, signal: AbortSignal): Promise<BenchResult[]> {
  const root = join(folder, 'exports')
  const run = async (work: ExportWork): Promise<ExportFigures> => {
    const said = await runTool({
      file: process.execPath,
      args: [join(import.meta.dirname, 'work-on-exports.ts'), work, String(rows)],
      env: { WHETSTONE_ROOT: root, WHETSTONE_PROGRESS: 'none' },
      signal,
    })
    return JSON.parse(said.trim().split('\n').at(-1) ?? '') as ExportFigures
  }
  await run('make')
  await run('rows')
  const results: BenchResult[] = []
  for (const { work, rows: what, least } of works) {
    const figures = await run(work)
    const model = `${rows.toLocaleString('en')} traces`
    if (least !== null) {
      const rate = figures.rows / figures.seconds
      results.push({
        name: work,
        model,
        ours: rate,
        peer: least,
        unit: `${what} a CPU second (peer: the least)`,
        ratio: rate / least,
        target: 1,
      })
    } else if (work === 'walk')
      results.push({
        name: 'walk both ways, the slowest of ten',
        model,
        ours: figures.slowest ?? 0,
        peer: walkBound,
        unit: 's (peer: the bound)',
        ratio: walkBound / (figures.slowest ?? 1),
        target: 1,
      })
    else
      results.push({
        name: `${work} of ten runs`,
        model,
        ours: figures.rows / figures.seconds,
        peer: 1,
        unit: `${what} a CPU second`,
        ratio: 1,
      })
    results.push({
      name: `${work}: peak memory`,
      model,
      ours: figures.resident,
      peer: memoryBound,
      unit: 'MiB (peer: the bound)',
      ratio: memoryBound / figures.resident,
      target: 1,
    })
  }
  rmSync(root, { recursive: true, force: true })
  return results
}
