// node work-on-rows.ts WORK ROWS, under WHETSTONE_ROOT: one work of benchRows. Prints its seconds of processor time, which neighbours on a busy machine hardly change, and the process's peak memory.
import { join } from 'node:path'
import { appendRows, reread, writeJson, type Rows, type Trace } from '@whetstone/core'
import { exportDataset, loadExport, writeExport } from '@whetstone/datasets'
import messages from '@whetstone/datasets/formats/messages.ts'
import preference from '@whetstone/datasets/formats/preference.ts'
import capPerTask from '@whetstone/harvest/filters/cap-per-task.ts'
import distinct from '@whetstone/harvest/filters/distinct.ts'
import passed from '@whetstone/harvest/filters/passed.ts'
import { toExample, toPairs, unfoldRewrites } from '@whetstone/harvest'
import { compareSets } from '@whetstone/reports/compare/compare-sets.ts'
import { readTraces } from '@whetstone/reports/compare/read-traces.ts'
import { openRun, writeRun } from '@whetstone/runs'
import status from '../commands/loops/status.ts'
import { rowsOfRun } from '../export/rows-of-run.ts'
import type { RowFigures, RowWork } from './bench-rows.ts'
import { scriptedTrace as scripted } from './scripted-trace.ts'

const [work = '', count = '0'] = process.argv.slice(2)
const rows = Number(count)
const run = 'scripted'
const reader = openRun(run)
const { files, traces } = reader.round(1)

/** Four attempts a task; half of them pass. */
const scriptedTrace = (index: number, split: Trace['split'], role: string, samples: number): Trace =>
  scripted(index, { run, split, role, samples })

/** Appends in chunks, as collect does. */
function append(file: string, total: number, make: (index: number) => Trace): void {
  for (let from = 0; from < total; from += 512)
    appendRows(
      file,
      Array.from({ length: Math.min(512, total - from) }, (_, at) => make(from + at)),
    )
}

/** The harvest of a round: filters, rows, pairs, two formats. */
async function filter(): Promise<void> {
  const attempts = reread(() => unfoldRewrites(traces.rows()))
  const filters = [passed(), distinct(), capPerTask({ limit: 2 })]
  const kept = filters.reduce<Rows<Trace>>((rest, each) => reread(() => each.apply(rest, { seed: 1 })), attempts)
  const how = { memories: 'mix' as const, instruction: () => null, seed: 1, vocabulary: 'v' }
  async function* examples() {
    for await (const trace of kept) yield { row: toExample(trace, how), trace }
  }
  await exportDataset({
    run,
    round: 1,
    folder: files.dataset,
    examples: examples(),
    pairs: toPairs(attempts, { perTask: 1, vocabulary: 'v' }),
    formats: [messages(), preference()],
    createdAt: new Date().toISOString(),
  })
}

const works: Record<RowWork, () => unknown> = {
  append: () => append(files.traces, rows, (index) => scriptedTrace(index, 'train', 'incumbent', 4)),
  filter,
  export: async () =>
    writeExport(await loadExport('trl-messages'), rowsOfRun(run, 1, 'sft'), { out: join(files.dataset, 'out.jsonl'), force: true }),
  async find() {
    for (let at = 0; at < 1000; at++) {
      const index = Math.floor((at / 1000) * rows)
      const { total } = await traces.find({ id: scriptedTrace(index, 'train', 'incumbent', 4).id })
      if (total !== 1) throw new Error(`trace ${index} was found ${total} times`)
    }
    await traces.find({ passed: false, level: 3 }, { skip: 1000, limit: 100 })
  },
  async status() {
    writeRun({ run, recipe: 'tiny', seed: 1, base: 'model', createdAt: '', recipes: [] })
    await status.run({ run, json: join(files.report, 'status.json') } as never, new AbortController().signal)
  },
  /** Two arms, half of the rows each, four attempts a task as in training. */
  async compare() {
    const arms = ['incumbent', 'candidate'].map((role) => ({ role, file: files.arm(role) }))
    for (const { role, file } of arms) append(file, rows / 2, (index) => scriptedTrace(index, 'validation', role, 4))
    const [control, treatment] = [await readTraces(arms[0]?.file ?? ''), await readTraces(arms[1]?.file ?? '')].flat()
    if (control && treatment) writeJson(join(files.report, 'compare.json'), compareSets(control, [treatment], { seed: 1 }))
  },
}

const before = process.cpuUsage()
await works[work as RowWork]()
const { user, system } = process.cpuUsage(before)
const figures: RowFigures = { seconds: (user + system) / 1e6, resident: process.resourceUsage().maxRSS / 1024 }
console.log(JSON.stringify(figures))
