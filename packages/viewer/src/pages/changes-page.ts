import { levelText, type Trace } from '@whetstone/core'
import type { RoundReader } from '@whetstone/runs'
import { html } from 'hono/html'
import { answerOf, armName, changeNames, changeOf, knownChanges, type Change } from '../changes.ts'
import { badge, text, type Html } from '@whetstone/reports/page/pieces.ts'
import { page, roundPath, runPath } from '../page.ts'
import { wordDiff } from '@whetstone/reports/word-diff.ts'

const words: Record<Change, string> = { fixed: 'fixed', broken: 'broken', failing: 'still failing', right: 'still right' }
const perPage = 50

/** Whether an attempt passed, and why where that says more. */
const verdict = (trace: Trace | undefined) =>
  trace &&
  html`${trace.grade.passed ? badge('good', 'passed') : badge('bad', 'failed')} ${trace.grade.passed ? '' : text(trace.grade.reason)}`

/** The tasks of one fate between the two arms, with what was asked, what was right, and both answers word by word. */
export async function changesPage(reader: RoundReader, kind: Change, from: number): Promise<string> {
  const here = roundPath(reader.run, reader.round)
  const found = await knownChanges(reader)
  const tasks = found ? [...found.tasks].filter(([, { before, after }]) => changeOf(before, after) === kind).map(([task]) => task) : []
  const shown = tasks.slice(from, from + perPage)
  const references = new Map<string, { prompt: string; reference: string }>()
  const wanted = new Set(shown)
  for await (const task of reader.tasks()) if (wanted.has(task.id)) references.set(task.id, task)
  const round = reader.finished()
  const entries: (Html | Promise<Html>)[] = []
  for (const task of shown) {
    const [before, after] = await Promise.all(
      (found?.arms ?? []).map(async ({ traces }) => (await traces.find({ task }, { limit: 1 })).traces[0]),
    )
    const asked = references.get(task)?.prompt ?? before?.messages.findLast(({ role }) => role === 'user')?.content ?? ''
    const parts = wordDiff(answerOf(before), answerOf(after))
    const side = (drop: 'added' | 'removed', tag: 'ins' | 'del') =>
      parts
        .filter(({ kind: part }) => part !== drop)
        .map(({ kind: part, text: piece }) =>
          part === 'same' ? text(piece) : tag === 'ins' ? html`<ins>${text(piece)}</ins>` : html`<del>${text(piece)}</del>`,
        )
    const link = (arm: number, id: string | undefined) =>
      id && found?.arms[arm] ? html`<a href="${here}/traces/${found.arms[arm].name}/${id}">trace</a>` : ''
    entries.push(
      html`<section class="task">
        <h2>
          <a href="${runPath(reader.run)}/tasks/${encodeURIComponent(task)}">${text(task)}</a>
          ${before ? html`<small>${text(levelText(before, round))}</small>` : ''}
        </h2>
        <pre>${text(asked)}</pre>
        ${references.has(task) ? html`<p>Right: <code>${text(references.get(task)?.reference)}</code></p>` : ''}
        <div class="pair">
          <div>
            <strong>${found ? armName(found.arms[0]) : ''}</strong> ${verdict(before)} ${link(0, before?.id)}
            <pre>${side('added', 'del')}</pre>
          </div>
          <div>
            <strong>${found ? armName(found.arms[1]) : ''}</strong> ${verdict(after)} ${link(1, after?.id)}
            <pre>${side('removed', 'ins')}</pre>
          </div>
        </div>
      </section>`,
    )
  }
  return page({
    title: `${words[kind].replace(/^./, (first) => first.toUpperCase())}: ${tasks.length} task${tasks.length === 1 ? '' : 's'}`,
    trail: [
      ['Runs', '/'],
      [reader.run, runPath(reader.run)],
      [`Round ${reader.round}`, here],
      [words[kind], `${here}/changes?kind=${kind}`],
    ],
    body: [
      html`<nav class="tabs" aria-label="What became of tasks">
        ${changeNames.map((name) => html`<a href="${here}/changes?kind=${name}" ${name === kind ? 'aria-current=page' : ''}>${words[name]}</a>`)}
      </nav>`,
      ...entries.map((entry) => entry as Html),
      from + perPage < tasks.length
        ? html`<p>
            <a href="${here}/changes?kind=${kind}&from=${from + perPage}">the next ${Math.min(perPage, tasks.length - from - perPage)}</a>
          </p>`
        : null,
    ],
  })
}
