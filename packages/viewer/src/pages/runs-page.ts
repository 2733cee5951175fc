import { duration } from '@whetstone/core'
import { openRun, runNames } from '@whetstone/runs'
import { html } from 'hono/html'
import { leaderboardPiece } from '@whetstone/reports/page/leaderboard-piece.ts'
import { badge, table, text } from '@whetstone/reports/page/pieces.ts'
import { page, runPath } from '../page.ts'

/** All runs: whose they are, how far they are, what they decided last. */
export function runsPage(): Promise<string> {
  const names = runNames()
  const rows = names.map((name) => {
    const run = openRun(name)
    const finished = run.finished()
    const last = finished.at(-1)?.round
    const promoted = finished.filter(({ round }) => round.decision.promoted).length
    const open = run.open()
    return [
      html`<a href="${runPath(name)}">${text(name)}</a>`,
      run.record()?.recipe ?? '?',
      String(run.record()?.seed ?? '?'),
      String(finished.length),
      html`${badge('good', `${promoted} promoted`)} ${badge('plain', `${finished.length - promoted} kept`)}`,
      last?.decision.reason ?? 'no round is finished',
      run.lock() ? badge('good', `running, round ${open?.round ?? '?'}`) : open ? badge('plain', `round ${open.round} open`) : '',
      duration(finished.reduce((sum, { round }) => sum + round.cost.seconds, 0)),
    ]
  })
  return page({
    title: 'Runs',
    trail: [['Runs', '/']],
    body:
      names.length === 0
        ? html`<p>No run has begun here. <code>npx nx run loops:cycle</code> begins one; this page then shows it.</p>`
        : [
            html`<p><a href="/compare">Compare rounds, runs and result files</a></p>`,
            table(
              'Runs of this checkout',
              ['run', 'recipe', 'seed', 'rounds', 'decisions', 'the last decision', 'now', 'time'],
              rows,
              [2, 3, 7],
            ),
            leaderboardPiece(),
          ],
  })
}
