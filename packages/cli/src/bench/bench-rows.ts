import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { runTool } from '@whetstone/core'
import type { BenchResult } from './bench-result.ts'

/** What is done with traces, each in a process of its own; later ones read what the first two wrote. */
export const rowWorks = ['append', 'filter', 'export', 'find', 'status', 'compare'] as const
export type RowWork = (typeof rowWorks)[number]
export type RowFigures = { seconds: number; resident: number }

/** Resident memory that no work on any number of traces may go beyond, MiB; and how much longer twice the rows may take. */
const memoryBound = 600
const growthBound = 2.3
/** Work that takes less is mostly the start of a process, which says nothing about growth. */
const leastSeconds = 0.5

/** Half of the rows, then all of them: appended, filtered, exported, looked up, counted and compared as the commands do it. */
export async function benchRows(folder: string, rows: number, signal: AbortSignal): Promise<BenchResult[]> {
  const figures = new Map<string, RowFigures>()
  for (const count of [rows / 2, rows]) {
    const root = join(folder, `rows-${count}`)
    for (const work of rowWorks) {
      const said = await runTool({
        file: process.execPath,
        args: [join(import.meta.dirname, 'work-on-rows.ts'), work, String(count)],
        env: { WHETSTONE_ROOT: root, WHETSTONE_PROGRESS: 'none' },
        signal,
      })
      figures.set(`${work} ${count}`, JSON.parse(said.trim().split('\n').at(-1) ?? '') as RowFigures)
    }
    rmSync(root, { recursive: true, force: true })
  }
  return rowWorks.flatMap((work) => {
    const [half, whole] = [rows / 2, rows].map((count) => figures.get(`${work} ${count}`)) as [RowFigures, RowFigures]
    const shown = `${rows.toLocaleString('en')} traces`
    const memory = {
      name: `${work}: peak memory`,
      model: shown,
      ours: whole.resident,
      peer: memoryBound,
      unit: 'MiB (peer: the bound)',
      ratio: memoryBound / whole.resident,
      target: 1,
    }
    const most = growthBound * Math.max(half.seconds, leastSeconds)
    const time = { name: `${work}: time against half`, model: shown, ours: whole.seconds, peer: most, unit: 'CPU s (peer: 2.3 times half)' }
    return [memory, { ...time, ratio: most / Math.max(whole.seconds, 1e-3), target: 1 }]
  })
}
