import { duration, rate, showP } from '@whetstone/core'
import { badge, figure, fold, table, text, type Html, type Piece } from '@whetstone/reports/page/pieces.ts'
import { studyCharts } from '@whetstone/reports/reproduction-page.ts'
import type { Reproduction, SelfTrained, StudyReader } from '@whetstone/runs'
import { html } from 'hono/html'
import { answerOf } from '../changes.ts'
import { page } from '../page.ts'
import { likelihoodPieces } from './likelihood-page.ts'

export const studyPath = (name: string) => `/studies/${encodeURIComponent(name)}`
/** Rows of a list at most. */
const most = 100

/** An experiment that is no run of rounds: what it shows, its figures and charts, what stays unsolved, and the attempts that verified it. */
export async function studyPage(study: StudyReader): Promise<string> {
  const found = study.reproduction()
  const trained = study.selfTrained()
  return page({
    title: found ? `${found.system}: ${found.about}` : study.name,
    trail: [
      ['Runs', '/'],
      [study.name, studyPath(study.name)],
    ],
    body: [
      ...(found ? await reproduction(found) : []),
      trained && selfTrained(trained),
      ...(study.likelihood ? [html`<h2>Likelihood over checkpoints</h2>`, ...(await likelihoodPieces(study.likelihood))] : []),
      ...buckets(study),
      ...(await verifications(study)),
      study.problems.length > 0 &&
        html`<h2>What cannot be read</h2>
          <ul>
            ${study.problems.map(({ file, says }) => html`<li><code>${text(file)}</code>: ${text(says)}</li>`)}
          </ul>`,
    ],
  })
}

async function reproduction(found: Reproduction): Promise<Piece[]> {
  const cell = (value: string | number | null) => (value === null ? '–' : String(value))
  const numeric = (rows: readonly (readonly (string | number | null)[])[]) =>
    (rows[0] ?? []).flatMap((_, index) => (rows.every((row) => typeof row[index] === 'number' || row[index] === null) ? [index] : []))
  return [
    html`<p>
      Model ${text(found.model)}, task set ${text(found.taskset)}, seed ${found.seed}${found.quick ? ', quick' : ''},
      ${duration(found.seconds)}: <code>${text(found.command)}</code>
    </p>`,
    html`<h2>What this shows</h2>
      <ul>
        ${found.verdict.map((sentence) => html`<li>${text(sentence)}</li>`)}
      </ul>`,
    table(
      'Our figures',
      ['what', 'figure', '95% interval', 'n', 'p'],
      found.ours.map(({ what, value, interval, n, p }) => [
        what,
        cell(value),
        interval ? interval.join(' to ') : '',
        n === undefined ? '' : String(n),
        p === undefined ? '' : showP(p),
      ]),
      [3, 4],
    ),
    table(
      "The original's figures",
      ['what', 'figure', 'source'],
      found.original.map(({ what, figure: of, source }) => [what, of, source]),
    ),
    ...(await studyCharts(found)).map(({ title, svg }) => figure(title, svg)),
    ...found.tables.map(
      ({ title, note, columns, rows }) =>
        html`<h2>${text(title)}</h2>
          ${table(
            note || title,
            columns,
            rows.map((row) => row.map(cell)),
            numeric(rows),
            title,
          )}`,
    ),
  ]
}

function selfTrained(rounds: SelfTrained): Html {
  const levels = [...new Set(rounds.flatMap(({ rates }) => rates.map(({ level }) => level)))].sort((a, b) => a - b)
  return html`<h2>Levels after each round</h2>
    ${table(
      'Validation tasks passed, greedily',
      ['round', 'tokens', 'rows', ...levels.map((level) => `level ${level}`)],
      rounds.map(({ round, tokens, rows, rates }) => [
        String(round),
        tokens === undefined ? '' : tokens.toLocaleString('en'),
        rows === undefined ? '' : String(rows),
        ...levels.map((level) => {
          const at = rates.find((each) => each.level === level)
          return at && at.n > 0 ? `${rate(at.passed / at.n)} (${at.n})` : ''
        }),
      ]),
      [0, 1, 2, ...levels.map((_, index) => index + 3)],
    )}`
}

function buckets(study: StudyReader): Html[] {
  return study.buckets().map(({ part, rounds, last }) => {
    const reasons = (of: Record<string, number>) =>
      Object.entries(of)
        .toSorted((a, b) => b[1] - a[1])
        .map(([reason, count]) => `${reason} ${count}`)
        .join(', ')
    return html`<h2>Bucket list${part ? `: ${text(part)}` : ''}</h2>
      <p>
        What no attempt has solved so far. Tasks on it after each round:
        ${rounds.map(({ round, size }) => `${size} after round ${round}`).join(', ')}.
      </p>
      ${fold(
        `The ${last.length} tasks that are still on it${last.length > most ? `, ${most} shown` : ''}`,
        table(
          'The longest on the list first',
          ['task', 'level', 'asked', 'right', 'attempts', 'since round', 'ended with'],
          last
            .toSorted((a, b) => a.since - b.since || b.attempts - a.attempts)
            .slice(0, most)
            .map(({ task, attempts, since, reasons: of }) => [
              task.id,
              String(task.level),
              task.prompt.slice(-300),
              task.reference.slice(-160),
              String(attempts),
              String(since),
              reasons(of),
            ]),
          [1, 4, 5],
        ),
      )}`
  })
}

async function verifications(study: StudyReader): Promise<Html[]> {
  const found = await Promise.all(
    study.verifications().map(async ({ part, round, traces }) => {
      const [all, passed, shown] = [
        await traces.find({}, { limit: 0 }),
        await traces.find({ passed: true }, { limit: 0 }),
        await traces.find({}, { limit: 20 }),
      ]
      return { part, round, attempted: all.total, passed: passed.total, shown: shown.traces }
    }),
  )
  if (found.length === 0) return []
  return [
    html`<h2>Verification attempts</h2>
      <p>Trained tasks attempted again without help: what passes may be trained on.</p>
      ${table(
        'Attempted and passed',
        ['part', 'round', 'attempted', 'passed', 'share'],
        found.map(({ part, round, attempted, passed }) => [
          part,
          String(round),
          String(attempted),
          String(passed),
          attempted > 0 ? rate(passed / attempted) : '',
        ]),
        [1, 2, 3, 4],
      )}`,
    ...found.map(({ part, round, shown, attempted }) =>
      fold(
        `${part ? `${part}, ` : ''}round ${round}: ${Math.min(20, attempted)} of ${attempted} attempts`,
        table(
          'Attempts',
          ['task', 'verdict', 'answer', 'reason'],
          shown.map((trace) => [
            trace.task,
            trace.grade.passed ? badge('good', 'passed') : badge('bad', 'failed'),
            answerOf(trace).slice(-200),
            trace.grade.reason,
          ]),
        ),
      ),
    ),
  ]
}
