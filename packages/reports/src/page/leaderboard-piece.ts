import { rate } from '@whetstone/core'
import { html } from 'hono/html'
import { leaderboard } from '../leaderboard.ts'
import { table, text, type Html } from './pieces.ts'

/** The leaderboard by test accuracy, with what is not on it; of all runs where none are named. */
export function leaderboardPiece(names?: readonly string[]): Html {
  const { results, untested } = leaderboard(names)
  return html`<h2>Leaderboard, by test accuracy only</h2>
    <p>Validation tasks are not counted: rounds are selected upon them, which rewards luck.</p>
    ${
      results.length > 0
        ? table(
            'Test tasks passed',
            ['tasks', 'run', 'policy', 'passed', '95% interval', 'of'],
            results.map(({ run, policy, tasks, n, accuracy, ci }) => [
              tasks,
              run,
              policy,
              rate(accuracy),
              `${rate(ci[0])} to ${rate(ci[1])}`,
              String(n),
            ]),
            [3, 4, 5],
          )
        : ''
    }
    ${untested.length > 0 ? html`<p>No test was attempted by ${text(untested.join(', '))}: <code>npx nx run loops:phase1 --run=NAME</code> does one for a recipe with memory; <code>npx nx run loops:measure --run=NAME</code> tells the test rate of any run in the terminal.</p>` : ''}`
}
