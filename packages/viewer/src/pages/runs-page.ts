import { duration, points, rate, type Round } from '@whetstone/core'
import { openStudy, runNames, studyNames, type RunReader } from '@whetstone/runs'
import { openShown, shownRuns } from '../open-shown.ts'
import { html } from 'hono/html'
import { leaderboardPiece } from '@whetstone/reports/page/leaderboard-piece.ts'
import { badge, table, text, type Html } from '@whetstone/reports/page/pieces.ts'
import { page, runPath } from '../page.ts'
import { studyPath } from './study-page.ts'

/** All runs: whose they are, how far they are, what they decided last. */
export function runsPage(): Promise<string> {
  const names = runNames()
  const rows = names.map((name) => {
    let run: RunReader
    try {
      run = openShown(name)
    } catch (error) {
      return [name, '', '', '', '', (error as Error).message, badge('bad', 'not shown'), '']
    }
    const finished = run.finished()
    const last = finished.at(-1)?.round
    const promoted = finished.filter(({ round }) => round.decision.promoted).length
    const open = run.open()
    return [
      html`<a href="${runPath(name)}">${text(name)}</a>`,
      run.record()?.recipe ?? '?',
      String(run.record()?.seed ?? '?'),
      String(finished.length),
      html`<span class="nowrap"
        >${badge(promoted > 0 ? 'good' : 'plain', `${promoted} promoted`)} ${badge('plain', `${finished.length - promoted} kept`)}</span
      >`,
      last
        ? html`<span class="nowrap">${lastDecision(last)}</span>`
        : run.problems[0]
          ? `${run.problems[0].file} cannot be read`
          : 'no round is finished',
      run.lock() ? badge('good', `running, round ${open?.round ?? '?'}`) : open ? badge('plain', `round ${open.round} open`) : '',
      duration(finished.reduce((sum, { round }) => sum + round.cost.seconds, 0)),
    ]
  })
  return page({
    title: 'Runs',
    trail: [['Runs', '/']],
    live: '',
    body:
      names.length === 0 && studyNames().length === 0
        ? html`<p>No run has begun here. <code>npx nx run loops:cycle</code> begins one; this page then shows it.</p>`
        : [
            html`<p><a href="/compare">Compare rounds, runs and result files</a></p>`,
            table(
              'Runs of this checkout',
              ['run', 'recipe', 'seed', 'rounds', 'decisions', 'the last decision', 'now', 'time'],
              rows,
              [2, 3, 7],
            ),
            experiments(),
            leaderboardPiece(shownRuns()),
          ],
  })
}

/** The last decision in few words; the run's page has its reason. */
const lastDecision = ({ decision: made }: Round): string =>
  made.n === 0
    ? 'nothing to compare'
    : `${made.promoted ? 'promoted' : 'kept'}: ${rate(made.incumbentRate)} → ${rate(made.candidateRate)} (${points(made.difference)} points)`

/** Experiments beside the runs. */
function experiments(): Html | null {
  const names = studyNames()
  if (names.length === 0) return null
  return html`<h2>Experiments</h2>
    ${table(
      'Reproductions, self-training, studies of likelihood',
      ['experiment', 'what', 'shows'],
      names.map((name) => {
        const study = openStudy(name)
        const found = study.reproduction()
        const what = found?.about ?? (study.likelihood ? 'likelihood of typed samples over checkpoints' : 'self-training, level by level')
        return [html`<a href="${studyPath(name)}">${text(name)}</a>`, what, found?.verdict[0] ?? '']
      }),
    )}`
}
