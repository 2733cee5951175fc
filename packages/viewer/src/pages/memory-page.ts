import { points, readJson } from '@whetstone/core'
import { countUses, mayHoldBank, measureLift, openBank, type Lift, type Uses } from '@whetstone/memory'
import { table, text, type Html } from '@whetstone/reports/page/pieces.ts'
import { Section } from '@whetstone/reports/report/section.ts'
import type { RunReader } from '@whetstone/runs'
import { existsSync } from 'node:fs'
import { html } from 'hono/html'
import { z } from 'zod'
import { page, roundPath, runPath } from '../page.ts'
import { runTabs } from '../run-tabs.ts'

export type MemoryFilter = { find?: string | undefined; from: number }
/** Rows of a page. */
const perPage = 100
/** How much older evidence counts less, as reports have it. */
const halfLife = 8

/** A run's bank: what each memory says, how much it helps, where it comes from and was used, why it was retired. */
export async function memoryPage(run: RunReader, { find, from }: MemoryFilter): Promise<string> {
  const here = `${runPath(run.run)}/memory`
  const trail: [string, string][] = [
    ['Runs', '/'],
    [run.run, runPath(run.run)],
    ['Memory', here],
  ]
  if (!mayHoldBank(run.files.bank))
    return page({
      title: `Memory of ${run.run}`,
      trail,
      body: [runTabs(run, 'memory'), html`<p>This run has no bank: its recipe remembers nothing, or nothing has been learned yet.</p>`],
    })
  await using bank = await openBank({ uri: run.files.bank, embedder: null })
  const all = await bank.memories({ retired: true })
  const last = Math.max(1, ...run.rounds().map(({ round }) => round))
  const lifts = measureLift(await usesOf(run), { round: last, halfLife })
  const wanted = find?.toLowerCase()
  const of = (id: string): Lift | undefined => lifts.get(id)
  const found = all
    .filter(
      ({ id, title, description, content, sourceTask }) =>
        wanted === undefined || [id, title, description, content, sourceTask].some((words) => words.toLowerCase().includes(wanted)),
    )
    .toSorted((a, b) => (of(b.id)?.uses ?? 0) - (of(a.id)?.uses ?? 0) || a.id.localeCompare(b.id, 'en'))
  const shown = found.slice(from, from + perPage)
  const next = new URLSearchParams({ ...(find && { find }), from: String(from + perPage) })
  return page({
    title: `Memory of ${run.run}`,
    trail,
    live: run.run,
    body: [
      runTabs(run, 'memory'),
      from === 0 && find === undefined && (await quality(run)),
      html`<form class="filter" method="get" action="${here}" role="search">
        <label>words, task or id <input name="find" type="search" value="${text(find ?? '')}" /></label><button>Show</button>
      </form>`,
      html`<p role="status">
        ${found.length} of ${all.length} memories, ${all.filter(({ retired }) => retired !== null).length} retired. Lift: pass rate with the
        memory shown minus with it withheld, by the coin of train collection; older rounds count less, by half every ${halfLife}.
      </p>`,
      table(
        'Memories, the most used first',
        ['memory', 'content', 'lift, points', '95% interval', 'uses', 'last used', 'from', 'retired'],
        shown.map(({ id, title, description, content, sourceTask, success, retired }) => {
          const lift = of(id)
          const measured = lift && lift.shown > 0 && lift.withheld > 0
          return [
            html`<strong>${text(title)}</strong><br /><small>${text(description)}</small>`,
            content,
            measured ? points(lift.lift) : 'not measured',
            measured ? `${points(lift.ci[0])} to ${points(lift.ci[1])}` : '',
            lift ? html`<a href="${roundPath(run.run, lift.lastRound)}/traces?memory=${encodeURIComponent(id)}">${lift.uses}</a>` : '0',
            lift ? `round ${lift.lastRound}` : '',
            html`<a href="${runPath(run.run)}/tasks/${encodeURIComponent(sourceTask)}">${text(sourceTask)}</a>,
              ${success ? 'a success' : 'a failure'}`,
            retired ?? '',
          ]
        }),
        [2, 3, 4],
      ),
      from + perPage < found.length &&
        html`<p><a href="${here}?${next.toString()}">the next ${Math.min(perPage, found.length - from - perPage)}</a></p>`,
    ],
  })
}

/** What the last report said of the bank over the rounds: how good it is, not only how big. */
async function quality(run: RunReader): Promise<Html | null> {
  const last = run.rounds().findLast(({ files }) => existsSync(files.memory))
  if (!last) return null
  let sections: Section[]
  try {
    sections = readJson(last.files.memory, z.array(Section))
  } catch {
    return null // of another version: what it says can be had from the table below
  }
  return html`${sections.map(
      ({ title, text: says, table: figures }) =>
        html`<h2>${text(title)}</h2>
          ${figures && figures.rows.length > 0 ? table(says ?? title, figures.head, figures.rows) : html`<p>${text(says)}</p>`}`,
    )}
    <h2>Every memory</h2>`
}

/** Uses counted before, while no train traces have been added. */
const kept = new Map<string, { stamp: string; uses: Uses }>()
async function usesOf(run: RunReader): Promise<Uses> {
  const stamp = (await Promise.all(run.rounds().map(async ({ traces }) => (await traces.index()).covered))).join()
  const known = kept.get(run.run)
  if (known?.stamp === stamp) return known.uses
  const uses = await countUses(run.trainTraces())
  kept.set(run.run, { stamp, uses })
  return uses
}
