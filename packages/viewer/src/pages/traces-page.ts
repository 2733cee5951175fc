import { levelText, type Trace } from '@whetstone/core'
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
const step = 50
/** Longest time that a search through texts may take before it shows what it has, in milliseconds. */
const searchTime = 120

/** A list of traces, filtered by the index and searched by id, task or words. */
export async function tracesPage(reader: RoundReader, filter: TraceFilter): Promise<string | null> {
  const here = roundPath(reader.run, reader.round)
  const files = traceFiles(reader)
  const chosen = files.find(({ name }) => name === filter.file)
  if (!chosen) return null
  const { traces, total, next, indexing } = await findTraces(chosen.traces, filter)
  const finished = reader.finished()
  const link = (more: Record<string, string | number>) =>
    `${here}/traces?${new URLSearchParams(Object.entries({ ...parameters(filter), ...more }).map(([key, value]): [string, string] => [key, String(value)]))}`
  const option = (value: string, chosenValue: string | undefined, word: string) =>
    html`<option value="${value}" ${value === (chosenValue ?? '') ? 'selected' : ''}>${word}</option>`
  const found = indexing
    ? 'The first rows: this file is large and is being indexed; reload for all of it'
    : total !== null
      ? `${total} trace${total === 1 ? '' : 's'}`
      : `${traces.length} found${next === null ? ', the last of them' : traces.length >= perPage ? ', there may be more' : ' as far as time allowed'}`
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
        ${found}${filter.memory ? html` with memory <code>${text(filter.memory)}</code>` : ''}${filter.from > 0 ? `, from ${filter.from + 1} on` : ''}
      </p>`,
      table(
        'Traces',
        ['trace', 'passed', 'asked', 'answer', 'reason', 'task', 'level', 'sample', 'memories', 'tokens'],
        traces.map((trace) => [
          html`<a href="${here}/traces/${filter.file}/${encodeURIComponent(trace.id)}"
            >${text(trace.id.replace(/^trace-/, '').slice(0, 10))}</a
          >`,
          trace.grade.passed ? badge('good', 'passed') : badge('bad', trace.truncated ? 'truncated' : 'failed'),
          (trace.messages.findLast(({ role }) => role === 'user')?.content ?? '').slice(-160),
          answerOf(trace).slice(-160),
          trace.grade.reason,
          html`<a href="${runPath(reader.run)}/tasks/${encodeURIComponent(trace.task)}">${text(trace.task)}</a>`,
          levelText(trace, finished),
          String(trace.sample),
          String(trace.memories.shown.length),
          String(trace.tokens.completion),
        ]),
        [7, 8, 9],
      ),
      next === null
        ? null
        : html`<p><a href="${link({ from: next })}">${traces.length >= perPage ? 'the next' : 'search further on'}</a></p>`,
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

type Found = { traces: Trace[]; total: number | null; next: number | null; indexing?: boolean }

/** By index where an id or a task is named; words are looked for in the rows that may hold them, for a bounded time. `next` is where to go on, null at the end. */
async function findTraces(file: TraceFile, filter: TraceFilter): Promise<Found> {
  const { passed, truncated, taskset, level, find, memory, from } = filter
  const query: Query = { passed, truncated, taskset: taskset || undefined, level }
  if (!file.ready) return beforeIndex(file, filter)
  const holds = holding(filter)
  if (memory) return searchRows(file, query, { name: memory }, holds, from)
  if (find) {
    for (const key of ['id', 'task'] as const) {
      const exact = await file.find({ ...query, [key]: find }, { skip: from, limit: perPage })
      if (exact.traces.length > 0) return { ...exact, next: from + perPage < exact.total ? from + perPage : null }
    }
    return searchRows(file, query, { text: find }, holds, from)
  }
  const { total, traces } = await file.find(query, { skip: from, limit: perPage })
  return { total, traces, next: from + perPage < total ? from + perPage : null }
}

/** Whether a trace is meant, by all that a filter says. */
function holding({ passed, truncated, taskset, level, find, memory }: TraceFilter): (trace: Trace) => boolean {
  const wanted = find?.toLowerCase()
  const holds = (text: string) => wanted === undefined || text.toLowerCase().includes(wanted)
  return (trace) =>
    (passed === undefined || trace.grade.passed === passed) &&
    (truncated === undefined || trace.truncated === truncated) &&
    (!taskset || trace.taskset === taskset) &&
    (level === undefined || trace.level === level) &&
    (!memory || trace.memories.shown.includes(memory) || trace.memories.withheld.includes(memory)) &&
    (wanted === undefined ||
      holds(trace.id) ||
      holds(trace.task) ||
      holds(trace.grade.reason) ||
      trace.messages.some(({ content }) => holds(content)))
}

/** A large file that nobody has looked at: its first rows at once, while its index is made. */
async function beforeIndex(file: TraceFile, filter: TraceFilter): Promise<Found> {
  file.index().catch(() => {}) // whoever asks next is told what is wrong
  const started = performance.now()
  const traces: Trace[] = []
  const meant = holding(filter)
  for await (const trace of file.rows()) {
    if (meant(trace)) traces.push(trace)
    if (traces.length === perPage || performance.now() - started > searchTime) break
  }
  return { traces, total: null, next: null, indexing: true }
}

/** Rows that no index finds are read where they may stand, for a bounded time. */
async function searchRows(
  file: TraceFile,
  query: Query,
  sought: { text?: string; name?: string },
  meant: (trace: Trace) => boolean,
  from: number,
): Promise<Found> {
  const index = await file.index()
  const places = index.find(query)
  const ranges = index.rangesWith(sought)
  const started = performance.now()
  const traces: Trace[] = []
  let at = from
  let range = 0
  /** The next places that may be meant. */
  const candidates = () => {
    const some: number[] = []
    for (; at < places.length && some.length < step; at++) {
      const place = places[at] as number
      while (range < ranges.length && (ranges[range] as [number, number])[1] <= place) range++
      const [first] = ranges[range] ?? [Infinity]
      if (first === Infinity) at = places.length
      else if (place >= first) some.push(place)
    }
    return some
  }
  while (at < places.length && traces.length < perPage && performance.now() - started < searchTime)
    for (const trace of await file.read(candidates())) if (meant(trace)) traces.push(trace)
  const ended = at >= places.length
  return { traces: traces.slice(0, most), total: ended && from === 0 ? traces.length : null, next: ended ? null : at }
}
