import type { RunReader } from '@whetstone/runs'
import { html } from 'hono/html'
import { answerOf } from '../changes.ts'
import { badge, table, text, type Html } from '@whetstone/reports/page/pieces.ts'
import { page, roundPath, runPath } from '../page.ts'
import { traceFiles } from '../trace-files.ts'

/** Most attempts shown of one file. */
const most = 20

/** A task: what was asked, what is right, and every attempt at it over the rounds. */
export async function taskPage(run: RunReader, id: string): Promise<string | null> {
  const rows: (readonly (Html | string)[])[] = []
  let asked: { prompt: string; reference: string } | undefined
  for (const reader of run.rounds()) {
    if (!asked) for await (const task of reader.tasks()) if (task.id === id) asked = task
    for (const { name, says, traces } of traceFiles(reader)) {
      const found = await traces.find({ task: id }, { limit: most })
      for (const trace of found.traces) {
        asked ??= { prompt: trace.messages.findLast(({ role }) => role === 'user')?.content ?? '', reference: '' }
        rows.push([
          html`<a href="${roundPath(run.run, reader.round)}">${reader.round}</a>`,
          says,
          trace.grade.passed ? badge('good', 'passed') : badge('bad', 'failed'),
          html`<a href="${roundPath(run.run, reader.round)}/traces/${name}/${encodeURIComponent(trace.id)}">trace</a>`,
          answerOf(trace).slice(-200),
          trace.grade.reason,
        ])
      }
    }
  }
  if (!asked) return null
  return page({
    title: `Task ${id}`,
    trail: [
      ['Runs', '/'],
      [run.run, runPath(run.run)],
      [id, `${runPath(run.run)}/tasks/${encodeURIComponent(id)}`],
    ],
    live: run.run,
    body: [
      html`<h2>Asked</h2>
        <pre>${text(asked.prompt)}</pre>
        ${asked.reference ? html`<p>Right: <code>${text(asked.reference)}</code></p>` : ''}`,
      table(`Attempts, at most ${most} of each kind and round`, ['round', 'which', 'verdict', 'trace', 'answer', 'reason'], rows, [0]),
    ],
  })
}
