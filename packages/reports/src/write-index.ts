import { join, relative } from 'node:path'
import { duration, paths, points, rate, writeAtomic, type Round } from '@whetstone/core'
import { openRun, roundFiles, runNames } from '@whetstone/runs'
import { html } from 'hono/html'
import { leaderboardPiece } from './page/leaderboard-piece.ts'
import { badge, table, text } from './page/pieces.ts'
import { standalonePage } from './page/standalone-page.ts'

/** Writes reports/index.html: every round of every run, kept ones as visible as promoted ones, with its report; and the leaderboard. `also` is a round that is decided but not yet closed. */
export async function writeIndex({ also }: { also?: Round }): Promise<void> {
  const folder = paths.reports('')
  const runs = runNames().map((name) => {
    const rounds = openRun(name)
      .finished()
      .map(({ round }) => round)
    if (also?.run === name && !rounds.some(({ round }) => round === also.round)) rounds.push(also)
    return html`<h2>${text(name)}</h2>
      ${
        rounds.length === 0
          ? html`<p>No round is finished.</p>`
          : table(
              `Rounds of ${name}`,
              ['round', 'decision', 'tested on', 'rates', 'difference (95%)', 'time'],
              rounds.map(({ run, round, decision, frontier, cost }) => [
                html`<a href="${encodeURI(relative(folder, roundFiles(run, round).page))}">round ${round}</a>`,
                decision.promoted ? badge('good', 'promoted') : badge('plain', 'kept'),
                frontier ? `${frontier.taskset} ${frontier.level}` : 'all levels',
                `${rate(decision.incumbentRate)} → ${rate(decision.candidateRate)}`,
                `${points(decision.difference)} (${points(decision.ci[0])} to ${points(decision.ci[1])})`,
                duration(cost.seconds),
              ]),
              [3, 4, 5],
            )
      }`
  })
  writeAtomic(join(folder, 'index.html'), await standalonePage('Runs', [...runs, leaderboardPiece()]))
}
