import { duration, points, rate, type Trace } from '@whetstone/core'
import { html } from 'hono/html'
import type { Drawing } from '../draw-charts.ts'
import { badge, figure, fold, table, text, type Html, type Piece } from '../page/pieces.ts'
import { wordDiff } from '../word-diff.ts'
import { answerOf, type Answered } from './answers-of.ts'
import { fates, fateWords, type ArmsCompared, type Fate } from './compare-arms.ts'
import { conclude } from './show-comparison.ts'
import { shownSplit } from './show-arms.ts'

export type ArmsPage = {
  compared: ArmsCompared
  charts: readonly Pick<Drawing, 'title' | 'svg'>[]
  /** Tasks shown with their answers, of one fate under one treatment. */
  shown: { treatment: number; fate: Fate; tasks: readonly Answered[]; from: number; total: number }[]
  /** Addresses of other views, where the page lies at a server. */
  link?: { fate(treatment: number, fate: Fate, from?: number): string; trace(arm: number, trace: Trace): string | null }
}

/** The parts of a comparison's page: verdicts, what was fixed and broken with the answers, accuracy by level, cost, settings and prompts that differ. */
export function armsPage({ compared, charts, shown, link }: ArmsPage): Piece[] {
  const { arms, comparisons, levels, matrix, settings, notes } = compared
  const short = (index: number) => text(arms[index]?.name ?? '')
  return [
    html`<ul class="verdicts">
      ${comparisons.map((comparison, index) => html`<li class="verdict ${tone(compared, index)}"><strong>${text(comparison.treatment)}</strong> against ${text(comparison.control)}: ${comparison.all.difference === 0 ? 'no difference' : `${points(comparison.all.difference)} points`} (95% ${points(comparison.all.low)} to ${points(comparison.all.high)}) on ${comparison.all.n} tasks. ${text(conclude(comparison, comparisons.length))}.</li>`)}
    </ul>`,
    notes.length > 0 && html`<p>${text(notes.join('; '))}.</p>`,
    html`<h2>Won and lost</h2>`,
    table(
      'Tasks that both attempted, by what became of them against the control',
      ['against the control', ...fates.map((fate) => fateWords[fate])],
      matrix.map(({ treatment, counts }, index) => [
        treatment,
        ...fates.map((fate) => (link ? html`<a href="${link.fate(index, fate)}">${counts[fate]}</a>` : String(counts[fate]))),
      ]),
      [1, 2, 3, 4],
    ),
    html`<h2>Accuracy by level</h2>`,
    ...charts.map(({ title, svg }) => figure(title, svg)),
    table(
      'Passed with 95% interval (tasks)',
      [
        'level',
        ...arms.map((arm) => html`${text(arm.name)}<br />${badge(arm.split === 'test' ? 'good' : 'plain', shownSplit(arm.split))}`),
      ],
      levels.map(({ group, cells }) => [
        group,
        ...cells.map((cell) => (cell ? `${rate(cell.rate)} [${rate(cell.low)}, ${rate(cell.high)}] (${cell.n})` : 'not attempted')),
      ]),
      arms.map((_, index) => index + 1),
    ),
    html`<h2>Cost</h2>`,
    table(
      'What the run had cost by then, and what each point over the control cost',
      ['policy', 'time', 'tokens', 'time a point', 'tokens a point'],
      arms.map(({ name, cost, perPoint }) => [
        name,
        cost ? duration(cost.seconds) : 'not told',
        cost ? cost.tokens.toLocaleString('en') : 'not told',
        perPoint ? duration(perPoint.seconds) : '',
        perPoint ? Math.round(perPoint.tokens).toLocaleString('en') : '',
      ]),
      [1, 2, 3, 4],
    ),
    html`<h2>Settings that differ</h2>`,
    settings.length === 0
      ? html`<p>${arms.some(({ cost }) => cost) ? 'None: the recipes are equal.' : 'Files do not tell their settings.'}</p>`
      : table(
          'Settings of the recipes',
          ['setting', ...arms.map(({ name }) => name)],
          settings.map(({ path, values }) => [html`<code>${text(path)}</code>`, ...values.map((value) => value ?? 'not told')]),
        ),
    prompts(
      shown,
      arms.map(({ name }) => name),
    ),
    ...shown.map(({ treatment, fate, tasks, from, total }) => {
      const heading = `${fateWords[fate].replace(/^./, (first) => first.toUpperCase())} by ${short(treatment + 1)}: ${total} tasks${total > tasks.length ? `, ${from + 1} to ${from + tasks.length} shown` : ''}`
      const body = html`${tasks.map((task) =>
        answered(
          task,
          arms.map(({ name }) => name),
          link,
        ),
      )}${
        link && from + tasks.length < total ? html`<p><a href="${link.fate(treatment, fate, from + tasks.length)}">the next</a></p>` : ''
      }`
      return link
        ? html`<h2 id="tasks">${heading}</h2>
            ${body}`
        : fold(heading, body)
    }),
  ]
}

const tone = ({ comparisons }: ArmsCompared, index: number): string => {
  const comparison = comparisons[index]
  return comparison?.pHolm === null || comparison === undefined || comparison.pHolm > 0.05
    ? ''
    : comparison.all.difference > 0
      ? 'good'
      : 'bad'
}

function answered({ task, group, prompt, reference, answers }: Answered, names: readonly string[], link: ArmsPage['link']): Html {
  const control = answerOf(answers[0])
  return html`<section class="task">
    <h3>${text(task)} <small>${text(group)}</small></h3>
    <pre>${text(prompt)}</pre>
    ${reference === null ? '' : html`<p>Right: <code>${text(reference)}</code></p>`}
    <div class="pair">
      ${answers.map((trace, index) => {
        const href = trace && link?.trace(index, trace)
        return html`<div>
          <strong>${text(names[index])}</strong> ${trace ? (trace.grade.passed ? badge('good', 'passed') : badge('bad', 'failed')) : ''}
          ${href ? html`<a href="${href}">trace</a>` : ''} ${text(trace?.grade.reason)}
          <pre>${trace === null ? 'the file keeps no answer' : index === 0 ? text(control) : against(control, answerOf(trace))}</pre>
        </div>`
      })}
    </div>
  </section>`
}

/** What an answer has that the control's has not is marked. */
const against = (control: string, answer: string) =>
  wordDiff(control, answer)
    .filter(({ kind }) => kind !== 'removed')
    .map(({ kind, text: piece }) => (kind === 'added' ? html`<ins>${text(piece)}</ins>` : text(piece)))

/** The prompt as rendered, of the first task that is shown: the control's, and in what others differ. */
function prompts(shown: ArmsPage['shown'], names: readonly string[]): Piece {
  const task = shown.flatMap(({ tasks }) => tasks)[0]
  if (!task) return null
  const rendered = task.answers.map((trace) => {
    const [call] = trace?.calls ?? []
    return (
      trace &&
      (call?.promptText ??
        trace.messages
          .filter(({ role }) => role !== 'assistant')
          .map(({ role, content }) => `${role}: ${content}`)
          .join('\n'))
    )
  })
  const [control] = rendered
  if (control === null || control === undefined) return null
  const others = rendered.flatMap((prompt, index) =>
    index > 0 && prompt !== null && prompt !== control ? [{ prompt: prompt ?? '', index }] : [],
  )
  return html`<h2>Prompts</h2>
    ${
      others.length === 0
        ? html`<p>Task ${text(task.task)} was asked with the same prompt by all that tell theirs:</p>
            <pre>${text(control)}</pre>`
        : html`<p>Task ${text(task.task)} was asked with other prompts; what the control does not have is marked:</p>
            <p><strong>${text(names[0])}</strong></p>
            <pre>${text(control)}</pre>
            ${others.map(
              ({ prompt, index }) =>
                html`<p><strong>${text(names[index])}</strong></p>
                  <pre>${against(control, prompt)}</pre>`,
            )}`
    }`
}
