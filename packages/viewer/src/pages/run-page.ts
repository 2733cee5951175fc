import type { Round } from '@whetstone/core'
import { duration, levelText, points, rate, showP } from '@whetstone/core'
import type { RunReader } from '@whetstone/runs'
import { html } from 'hono/html'
import { drawCharts } from '@whetstone/reports/draw-charts.ts'
import { badge, figure, table, text, type Html } from '@whetstone/reports/page/pieces.ts'
import { page, roundPath, runPath } from '../page.ts'
import { runTabs } from '../run-tabs.ts'

/** A run: levels over rounds, every decision, what is being done now, and what on disk cannot be read. */
export async function runPage(run: RunReader): Promise<string> {
  const rounds = run.finished().map(({ round }) => round)
  const record = run.record()
  const open = run.open()
  return page({
    title: `Run ${run.run}`,
    trail: [
      ['Runs', '/'],
      [run.run, runPath(run.run)],
    ],
    live: run.run,
    body: [
      runTabs(run, 'overview'),
      html`<dl>
        <dt>recipe</dt>
        <dd>${text(record?.recipe ?? 'unknown')}</dd>
        <dt>seed</dt>
        <dd>${record?.seed ?? 'unknown'}</dd>
        <dt>begun</dt>
        <dd>${text(record?.createdAt.replace(/^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}).*Z$/, '$1 $2 UTC') ?? 'unknown')}</dd>
        <dt>serves</dt>
        <dd>${text(run.incumbent()?.model.name ?? 'unknown')} <code>${text(run.incumbent()?.model.id ?? '')}</code></dd>
      </dl>`,
      open && now(run, open),
      rounds.length > 0 && sums(rounds),
      ...(await drawCharts('rounds', rounds)).map(({ title, svg }) => figure(title, svg)),
      rounds.length > 0 && decisions(run.run, rounds),
      rounds.length > 0 && levels(rounds),
      watch(rounds),
      run.problems.length > 0 && problems(run),
    ],
  })
}

function now(run: RunReader, { round, done, next }: { round: number; done: string[]; next: string }): Html {
  const owner = run.lock()
  return html`<p class="verdict">
    Round ${round} is ${owner ? 'being done' : 'open'}: ${done.length > 0 ? `${done.join(', ')} done` : 'nothing done yet'}; next
    ${next}${owner ? html` (process ${owner.pid})` : ''}. <a href="${roundPath(run.run, round)}">Look at it</a>
  </p>`
}

/** The run in five figures. */
function sums(rounds: readonly Round[]): Html {
  const promoted = rounds.filter(({ decision }) => decision.promoted).length
  const tokens = rounds.reduce((sum, { cost }) => sum + cost.tokens.prompt + cost.tokens.completion, 0)
  const tile = (value: string, says: string, kind = '') =>
    html`<li class="${kind}">
      <div><strong>${value}</strong>${says}</div>
    </li>`
  return html`<ul class="tiles">
    ${tile(String(rounds.length), rounds.length === 1 ? 'round' : 'rounds')}${tile(String(promoted), 'promoted', promoted > 0 ? 'good' : '')}
    ${tile(String(rounds.length - promoted), 'kept')}${tile(duration(rounds.reduce((sum, { cost }) => sum + cost.seconds, 0)), 'time')}
    ${tile(Intl.NumberFormat('en', { notation: 'compact' }).format(tokens), 'tokens')}
  </ul>`
}

function decisions(run: string, rounds: readonly Round[]): Html {
  const rows = rounds.map(({ round, frontier, decision, bank, harvest, training, cost }) => [
    html`<a href="${roundPath(run, round)}">${round}</a>`,
    frontier ? `${frontier.taskset} ${frontier.level}` : 'all levels',
    decision.promoted ? badge('good', 'promoted') : badge('plain', 'kept'),
    `${rate(decision.incumbentRate)} → ${rate(decision.candidateRate)}`,
    `${points(decision.difference)} (${points(decision.ci[0])} to ${points(decision.ci[1])})`,
    `${showP(decision.pValue)} ${decision.pValue <= decision.alpha ? '≤' : '>'} ${showP(decision.alpha)}`,
    points(decision.minimumDetectableEffect),
    `${harvest.kept} of ${harvest.attempted}`,
    `${bank.size}${bank.kept ? '' : ', rolled back'}`,
    training ? `${training.steps} steps` : 'none',
    duration(cost.seconds),
  ])
  return html`<h2>Decisions</h2>
    ${table('Each round, on validation tasks that the gate has selected upon', ['round', 'frontier', 'decision', 'rates', 'difference, points (95%)', 'p, level', 'detectable', 'rows', 'bank', 'training', 'time'], rows, [0, 4, 5, 6, 7, 8, 10])}`
}

function levels(rounds: readonly Round[]): Html {
  const served = (round: Round) =>
    round.evaluations.filter(({ model, memory }) => model === round.served.role && memory === round.served.memory)
  const names = [...new Set(rounds.flatMap((round) => served(round).map((each) => levelText(each, round))))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  )
  const rows = names.map((name) => [
    name,
    ...rounds.map((round) => {
      const found = served(round).find((each) => levelText(each, round) === name)
      return found ? `${rate(found.passRate)} (${found.n})` : ''
    }),
  ])
  return html`<h2>What is served after each round</h2>
    ${table(
      'Validation tasks passed (tasks)',
      ['level', ...rounds.map(({ round }) => `round ${round}`)],
      rows,
      rounds.map((_, index) => index + 1),
    )}`
}

export const problems = (run: RunReader): Html =>
  html`<h2>What cannot be read</h2>
    <ul>
      ${run.problems.map(({ file, kind, says, readable }) => html`<li>${badge('bad', kind)} <code>${text(file)}</code>: ${text(says)}. Still readable: ${readable}</li>`)}
    </ul>`

/** What the watch for collapse has seen, round by round. */
function watch(rounds: readonly Round[]): Html | null {
  const watched = rounds.flatMap(({ round, monitor }) => (monitor ? [{ round, monitor }] : []))
  if (watched.length === 0) return null
  const warnings = watched.flatMap(({ round, monitor: { warnings: said, regression } }) =>
    [...said, ...(regression ? [regression] : [])].map((words) => `round ${round}: ${words}`),
  )
  return html`<h2>Watch for collapse</h2>
    ${
      warnings.length > 0
        ? html`<ul>
            ${warnings.map((warning) => html`<li>${text(warning)}</li>`)}
          </ul>`
        : html`<p>Nothing has changed for the worse.</p>`
    }
    ${table(
      'The same tasks in every round, attempted by what is served (train attempts where there is no probe)',
      ['round', 'pass@1', 'pass@k', 'distinct answers', 'entropy, nats', 'tokens', 'repeated', 'cut off'],
      watched.map(({ round, monitor: { probe, train } }) => {
        const of = probe ?? train
        return [
          String(round),
          rate(of.pass1),
          of.passK === null ? '' : `${rate(of.passK)} (k ${of.k})`,
          of.distinct.toFixed(2),
          of.entropy === null ? '' : of.entropy.toFixed(3),
          of.length.toFixed(1),
          rate(of.repeated),
          rate(of.truncated),
        ]
      }),
      [0, 1, 2, 3, 4, 5, 6, 7],
    )}`
}
