import { BadInput, suggest } from '@whetstone/core'
import { answersOf } from '@whetstone/reports/compare/answers-of.ts'
import { armsPage } from '@whetstone/reports/compare/arms-page.ts'
import { axes, type Axis } from '@whetstone/reports/compare/axes.ts'
import { drawCharts } from '@whetstone/reports/draw-charts.ts'
import { compareArms, type ArmsCompared, type Fate } from '@whetstone/reports/compare/compare-arms.ts'
import { comparedArms, type ComparedArm } from '@whetstone/reports/compare/compared-arm.ts'
import { commonSetOf, isFresh, onCommon, sayCommon } from '@whetstone/reports/compare/on-common.ts'
import { badge, text, type Html } from '@whetstone/reports/page/pieces.ts'
import { openRun, type CommonSet } from '@whetstone/runs'
import { shownRuns } from '../open-shown.ts'
import { html } from 'hono/html'
import { page, roundPath } from '../page.ts'

/** What an address of the comparison says. */
export type ComparedView = {
  of: readonly string[]
  control?: string
  x: Axis
  show: Fate
  with: number
  from: number
  /** On a common held-out set where all have attempted one, or on each one's own tasks. */
  on: 'common' | 'own'
}

/** Tasks shown with their answers at once. */
const perPage = 25
/** Most policies side by side. */
const most = 12

/** Any policies side by side: the first, or the one named as control, against each other one. `files` are the result files that the viewer was started with. */
export async function comparePage(view: ComparedView, files: readonly string[]): Promise<string> {
  const of = orderOf(view)
  const form = chooser(view, files)
  if (of.length < 2)
    return page({
      title: 'Compare',
      trail: trail(view),
      body: [
        html`<p>
          Choose two or more: what a run serves after a round, arms of phase 1, result files. The first, or the one marked as control, is
          what the others are held against.
        </p>`,
        form,
      ],
    })
  const runs = shownRuns()
  for (const ref of of)
    if (!files.includes(ref) && !runs.includes(ref.split(':')[0] ?? ''))
      throw new BadInput(
        `"${ref}" is no run and none of the files that the viewer was started with: ${suggest(ref, [...runs, ...files], 'there are')}`,
      )
  if (of.length > most) throw new BadInput(`${of.length} policies are more than a page can show: choose at most ${most}`)
  const { arms, compared, common } = await known(of, view.on)
  const chosen = Math.min(Math.max(0, view.with), compared.matrix.length - 1)
  const tasks = compared.matrix[chosen]?.tasks.filter(({ fate }) => fate === view.show) ?? []
  const link = (more: Partial<ComparedView>) => addressOf({ ...view, of, ...more })
  return page({
    title: 'Compare',
    trail: trail(view),
    body: [
      html`<details>
        <summary>Choose others</summary>
        ${form}
      </details>`,
      html`<p>
        Drawn over
        ${Object.keys(axes).map((axis) => (axis === view.x ? html`<strong>${axis}</strong> ` : html`<a href="${link({ x: axis as Axis })}">${axis}</a> `))}<small
          >This page's address names all that it shows.</small
        >
      </p>`,
      common &&
        html`<p class="verdict">
          ${
            view.on === 'common'
              ? html`${text(sayCommon(common))}. <a href="${link({ on: 'own' })}">Compare on each one's own validation tasks</a>`
              : html`These also attempted a common held-out set, which no decision has seen:
                  <a href="${link({ on: 'common' })}">compare on that</a>`
          }
        </p>`,
      ...armsPage({
        compared,
        charts: await drawCharts('arms', { arms, compared }, { 'compared-arms': { axis: view.x } }),
        shown: [
          {
            treatment: chosen,
            fate: view.show,
            from: view.from,
            total: tasks.length,
            tasks: await answersOf(arms, tasks.slice(view.from, view.from + perPage)),
          },
        ],
        link: {
          fate: (treatment, fate, from = 0) => `${link({ with: treatment, show: fate, from })}#tasks`,
          trace: (arm, trace) => {
            const { reader, traces } = arms[arm] ?? {}
            const name = reader?.arms().find((each) => each.traces.file === traces?.file)?.name
            return reader && name ? `${roundPath(reader.run, reader.round)}/traces/${name}/${encodeURIComponent(trace.id)}` : null
          },
        },
      }),
      compared.comparisons.some(isFresh) &&
        html`<p>
          These drew other tasks in part: the command below attempts tasks that none of them was trained on, once and by all, and compares
          on those.
        </p>`,
      html`<p>
        In a terminal: <code>npx nx run loops:compare --runs=${of.join(',')}</code>; <code>--markdown=-</code> for a pull request,
        <code>--html=FILE</code> for a page of its own.
      </p>`,
    ],
  })
}

const orderOf = ({ of, control }: ComparedView) =>
  control && of.includes(control) ? [control, ...of.filter((ref) => ref !== control)] : [...of]

const addressOf = ({ of, x, show, with: chosen, from, on }: ComparedView) =>
  `/compare?${new URLSearchParams([...(on === 'own' ? [['on', on] as [string, string]] : []), ...of.map((ref): [string, string] => ['of', ref]), ['x', x], ['show', show], ['with', String(chosen)], ...(from > 0 ? [['from', String(from)] as [string, string]] : [])])}`

const trail = (view: ComparedView): [string, string][] => [
  ['Runs', '/'],
  ['Compare', addressOf({ ...view, of: orderOf(view) })],
]

function chooser(view: ComparedView, files: readonly string[]): Html {
  const box = (ref: string, says: string) =>
    html`<label class="choice"
      ><input type="checkbox" name="of" value="${ref}" ${view.of.includes(ref) ? 'checked' : ''} /> ${text(says)}</label
    >`
  const all: string[] = [...files]
  const runs = shownRuns().map((name) => {
    const run = openRun(name)
    const rounds = run.finished().map(({ round }) => round)
    all.push(...rounds.map(({ round }) => `${name}:${round}`))
    const phase1 = run.phase1() ? ['baseline', 'control', 'memory'].map((arm) => `${name}:phase1:${arm}`) : []
    all.push(...phase1)
    return html`<fieldset>
      <legend>${text(name)}</legend>
      ${rounds.map(({ round, decision }) => html`<span class="choice">${box(`${name}:${round}`, `after round ${round}`)} ${decision.promoted ? badge('good', 'promoted') : badge('plain', 'kept')}</span> `)}
      ${phase1.map((ref) => box(ref, ref.split(':').slice(1).join(': ')))}
    </fieldset>`
  })
  return html`<form class="chooser" method="get" action="/compare">
    ${runs}
    ${
      files.length > 0
        ? html`<fieldset>
            <legend>files</legend>
            ${files.map((file) => box(file, file))}
          </fieldset>`
        : ''
    }
    <label
      >control
      <select name="control">
        <option value="">the first that is chosen</option>
        ${all.map((ref) => html`<option value="${ref}" ${view.control === ref ? 'selected' : ''}>${text(ref)}</option>`)}
      </select></label
    >
    <button>Compare</button>
  </form>`
}

/** Comparisons made before, while the files that they came of stay as they are. */
type Known = { arms: ComparedArm[]; compared: ArmsCompared; common: CommonSet | null }
const kept = new Map<string, Known>()
async function known(of: readonly string[], on: ComparedView['on']): Promise<Known> {
  const own = await comparedArms(of)
  const common = commonSetOf(own)
  const arms = common && on === 'common' ? await Promise.all(own.map((arm, index) => onCommon(arm, common.traces[index] as string))) : own
  const stamp = async ({ ref, traces }: ComparedArm) => `${ref} ${traces ? (await traces.index()).covered : ''}`
  const key = [on, common?.set.key, ...(await Promise.all(arms.map(stamp)))].join('\n')
  const found = kept.get(key)
  if (found) return found
  const made = { arms, compared: compareArms(arms, { seed: 1 }), common: common?.set ?? null }
  if (kept.size > 20) kept.clear()
  kept.set(key, made)
  return made
}
