import type { Trace } from '@whetstone/core'
import type { Query, RoundReader, TraceFile } from '@whetstone/runs'
import { html } from 'hono/html'
import { answerOf } from '../changes.ts'
import { badge, table, text } from '@whetstone/reports/page/pieces.ts'
import { page, roundPath, runPath } from '../page.ts'
import { traceFiles } from '../trace-files.ts'

export type TraceFilter = {
  file: string
  passed?: boolean
  truncated?: boolean
  taskset?: string
  level?: number
  find?: string | undefined
  /** Id of a memory that was shown or withheld. */
  memory?: string | undefined
  from: number
}

const perPage = 100
/** Rows that a page may hold at most. */
const most = 200
/** Rows read between two looks at the clock: with them a page stays under its most. */
const step = 100
/** Longest time that a search through texts may take before it shows what it has, in milliseconds. */
const searchTime = 200

/** A list of traces, filtered by the index and searched by id, task or words. */
export async function tracesPage(reader: RoundReader, filter: TraceFilter): Promise<string | null> {
  const here = roundPath(reader.run, reader.round)
  const files = traceFiles(reader)
  const chosen = files.find(({ name }) => name === filter.file)
  if (!chosen) return null
  const { traces, total, next } = await findTraces(chosen.traces, filter)
  const link = (more: Record<string, string | number>) =>
    `${here}/traces?${new URLSearchParams(Object.entries({ ...parameters(filter), ...more }).map(([key, value]): [string, string] => [key, String(value)]))}`
  const option = (value: string, chosenValue: string | undefined, word: string) =>
    html`<option value="${value}" ${value === (chosenValue ?? '') ? 'selected' : ''}>${word}</option>`
  const passed = filter.passed === undefined ? '' : filter.passed ? 'yes' : 'no'
  return page({
    title: `Traces: ${chosen.says}`,
    trail: [
      ['Runs', '/'],
      [reader.run, runPath(reader.run)],
      [`Round ${reader.round}`, here],
      [chosen.says, link({ from: 0 })],
    ],
    live: reader.run,
    body: [
      html`<form class="filter" method="get" action="${here}/traces" role="search">
        <label
          >which attempts
          <select name="file">
            ${files.map(({ name, says }) => option(name, filter.file, says))}
          </select></label
        ><label
          >passed
          <select name="passed">
            ${option('', passed, 'any')}${option('yes', passed, 'yes')}${option('no', passed, 'no')}
          </select></label
        ><label>task set <input name="taskset" size="12" value="${text(filter.taskset ?? '')}" /></label
        ><label>level <input name="level" size="4" inputmode="numeric" value="${filter.level ?? ''}" /></label
        ><label>id, task or words <input name="find" type="search" value="${text(filter.find ?? '')}" /></label><button>Show</button>
      </form>`,
      html`<p role="status">
        ${total === null ? 'Searched as far as time allowed' : `${total} traces`}${filter.memory ? html` with memory <code>${text(filter.memory)}</code>` : ''}${filter.from > 0 ? `, from ${filter.from + 1} on` : ''}
      </p>`,
      table(
        'Traces',
        ['trace', 'task', 'level', 'sample', 'passed', 'answer', 'reason', 'memories', 'tokens'],
        traces.map((trace) => [
          html`<a href="${here}/traces/${filter.file}/${encodeURIComponent(trace.id)}"
            >${text(trace.id.replace(/^trace-/, '').slice(0, 10))}</a
          >`,
          html`<a href="${runPath(reader.run)}/tasks/${encodeURIComponent(trace.task)}">${text(trace.task)}</a>`,
          `${trace.taskset} ${trace.level}`,
          String(trace.sample),
          trace.grade.passed ? badge('good', 'passed') : badge('bad', trace.truncated ? 'truncated' : 'failed'),
          answerOf(trace).slice(-160),
          trace.grade.reason,
          String(trace.memories.shown.length),
          String(trace.tokens.completion),
        ]),
        [3, 7, 8],
      ),
      next === null ? null : html`<p><a href="${link({ from: next })}">further on</a></p>`,
    ],
  })
}

function parameters({ file, passed, truncated, taskset, level, find, memory }: TraceFilter): Record<string, string | number> {
  return {
    file,
    ...(passed !== undefined && { passed: passed ? 'yes' : 'no' }),
    ...(truncated !== undefined && { truncated: truncated ? 'yes' : 'no' }),
    ...(taskset && { taskset }),
    ...(level !== undefined && { level }),
    ...(find && { find }),
    ...(memory && { memory }),
  }
}

/** By index where an id or a task is named; words are looked for in the rows, for a bounded time. `next` is where to go on, null at the end. */
async function findTraces(
  file: TraceFile,
  { passed, truncated, taskset, level, find, memory, from }: TraceFilter,
): Promise<{ traces: Trace[]; total: number | null; next: number | null }> {
  const query: Query = { passed, truncated, taskset: taskset || undefined, level }
  if (memory) return searchRows(file, query, ({ memories }) => memories.shown.includes(memory) || memories.withheld.includes(memory), from)
  if (find) {
    for (const key of ['id', 'task'] as const) {
      const exact = await file.find({ ...query, [key]: find }, { skip: from, limit: perPage })
      if (exact.traces.length > 0) return { ...exact, next: from + perPage < exact.total ? from + perPage : null }
    }
    const wanted = find.toLowerCase()
    const holds = (text: string) => text.toLowerCase().includes(wanted)
    return searchRows(file, query, ({ messages, grade }) => messages.some(({ content }) => holds(content)) || holds(grade.reason), from)
  }
  const { total, traces } = await file.find(query, { skip: from, limit: perPage })
  return { total, traces, next: from + perPage < total ? from + perPage : null }
}

/** Rows that no index finds are read, for a bounded time. */
async function searchRows(file: TraceFile, query: Query, meant: (trace: Trace) => boolean, from: number) {
  const places = (await file.index()).find(query)
  const started = performance.now()
  const traces: Trace[] = []
  let at = from
  while (at < places.length && traces.length < perPage && performance.now() - started < searchTime) {
    for (const trace of await file.read(places.slice(at, at + step))) if (meant(trace)) traces.push(trace)
    at += step
  }
  const ended = at >= places.length
  return { traces: traces.slice(0, most), total: ended && from === 0 ? traces.length : null, next: ended ? null : at }
}
