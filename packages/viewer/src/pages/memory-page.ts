import { points } from '@whetstone/core'
import { countUses, mayHoldBank, measureLift, openBank, type Lift, type Uses } from '@whetstone/memory'
import { table, text } from '@whetstone/reports/page/pieces.ts'
import type { RunReader } from '@whetstone/runs'
import { html } from 'hono/html'
import { page, roundPath, runPath } from '../page.ts'

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
      body: html`<p>This run has no bank: its recipe remembers nothing, or nothing has been learned yet.</p>`,
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
