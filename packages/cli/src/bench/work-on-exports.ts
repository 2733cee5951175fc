// node work-on-exports.ts WORK ROWS, under WHETSTONE_ROOT: one work of benchExports. Prints its seconds of processor time, the process's peak memory, and how many rows it worked on.
import { join } from 'node:path'
import { appendRows, paths, readRows, reread, writeRows } from '@whetstone/core'
import { exportDataset, loadExport, writeExport } from '@whetstone/datasets'
import { aggregate, Aggregated, openStages, toExample, type AggregateCounts } from '@whetstone/harvest'
import capPerTask from '@whetstone/harvest/filters/cap-per-task.ts'
import distinct from '@whetstone/harvest/filters/distinct.ts'
import format from '@whetstone/harvest/filters/format.ts'
import length from '@whetstone/harvest/filters/length.ts'
import passed from '@whetstone/harvest/filters/passed.ts'
import { findByContent, findTrace, indexRound, memoryUses, openRun, taskUses, walkUp } from '@whetstone/runs'
import { harvestedRows } from '../aggregate/rows-of-runs.ts'
import { rowsOfRun } from '../export/rows-of-run.ts'
import type { ExportFigures, ExportWork } from './bench-exports.ts'
import { scriptedTrace } from './scripted-trace.ts'

const [work = '', count = '0'] = process.argv.slice(2)
const total = Number(count)
const whole = 'scripted'
const filters = () => [passed(), format(), length({ most: 512 }), distinct(), capPerTask({ limit: 4 })]
/** Ten runs, whose first halves say the same. */
const parts = Array.from({ length: 10 }, (_, part) => `part-${part}`)

function append(run: string, from: number, to: number): void {
  for (let at = from; at < to; at += 512)
    appendRows(
      openRun(run).round(1).files.traces,
      Array.from({ length: Math.min(512, to - at) }, (_, place) =>
        scriptedTrace(at + place, { run, split: 'train', role: 'incumbent', samples: 4 }),
      ),
    )
}

/** The training rows of a run, as a round leaves them. */
async function writeRound(run: string): Promise<void> {
  const { traces, files } = openRun(run).round(1)
  const { rows } = openStages([passed(), distinct()], traces.rows(), () => ({ seed: 1 }))
  async function* examples() {
    for await (const trace of rows)
      yield { row: toExample(trace, { memories: 'keep', instruction: () => null, seed: 1, vocabulary: null }), trace }
  }
  await exportDataset({ run, round: 1, folder: files.dataset, examples: examples(), pairs: [], formats: [], createdAt: '' })
  await indexRound(openRun(run).round(1))
}

async function exported(name: string): Promise<number> {
  const made = await loadExport(name)
  return (await writeExport(made, rowsOfRun(whole, 1, 'sft'), { out: join(paths.datasets(whole), made.file), force: true })).rows
}

const works: Record<ExportWork, () => Promise<Omit<ExportFigures, 'seconds' | 'resident'>>> = {
  async make() {
    append(whole, 0, total)
    for (const [place, part] of parts.entries()) {
      const size = total / parts.length
      append(part, place * (size / 2), place * (size / 2) + size)
    }
    return { rows: total }
  },
  async rows() {
    for (const run of [whole, ...parts]) await writeRound(run)
    return { rows: total }
  },
  /** What passes five filters, written. */
  async 'filter chain'() {
    const { rows } = openStages(filters(), openRun(whole).round(1).traces.rows(), () => ({ seed: 1 }))
    await writeRows(join(paths.datasets(whole), 'filtered.jsonl'), rows)
    return { rows: total }
  },
  'export jsonl': async () => ({ rows: await exported('trl-messages') }),
  'export parquet': async () => ({ rows: await exported('parquet') }),
  async aggregate() {
    const file = join(paths.datasets('aggregated'), 'rows.jsonl')
    const given = reread(async function* () {
      for (const part of parts) yield* harvestedRows(part)
    })
    const counts = {} as AggregateCounts
    await writeRows(
      file,
      aggregate(
        reread(() => readRows(file, Aggregated, { optional: true })),
        given,
        counts,
      ),
    )
    return { rows: counts.given }
  },
  async walk() {
    let slowest = 0
    for (let at = 0; at < 10; at++) {
      const index = Math.floor((at / 10) * total)
      const started = performance.now()
      // Up from a trace, and from a row by its content; down from its task and from a memory.
      const { id, task, messages } = scriptedTrace(index, { run: whole, split: 'train', role: 'incumbent', samples: 4 })
      const found = await findTrace(id, [whole])
      if (!found) throw new Error(`trace ${index} was not found`)
      await walkUp(found)
      const same = await findByContent(openRun(whole).round(1), messages[0]?.content ?? '', messages[1]?.content ?? '')
      const uses = [...(await memoryUses(`memory-${5 * at}`, whole)), ...(await taskUses(task, whole))]
      if (!same.some((trace) => trace.id === id) || uses.length !== 2) throw new Error(`trace ${index}: a walk led nowhere`)
      slowest = Math.max(slowest, (performance.now() - started) / 1000)
    }
    return { rows: 10, slowest }
  },
}

const before = process.cpuUsage()
const done = await works[work as ExportWork]()
const { user, system } = process.cpuUsage(before)
console.log(
  JSON.stringify({ ...done, seconds: (user + system) / 1e6, resident: process.resourceUsage().maxRSS / 1024 } satisfies ExportFigures),
)
