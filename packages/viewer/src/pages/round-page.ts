import { duration, levelText, points, rate, showP, type Parity } from '@whetstone/core'
import { whyRound, type Why } from '@whetstone/reports/why/why-round.ts'
import type { RoundReader, RunReader } from '@whetstone/runs'
import { html } from 'hono/html'
import { countChanges } from '../changes.ts'
import { trainingPoints, type TrainingPoint } from '@whetstone/reports/training-points.ts'
import { drawCharts } from '@whetstone/reports/draw-charts.ts'
import { notesText, stagesText } from '@whetstone/reports/notes-text.ts'
import { badge, figure, table, text, type Html } from '@whetstone/reports/page/pieces.ts'
import { page, roundPath, runPath } from '../page.ts'
import { problems } from './run-page.ts'
import { roundProgress } from '../round-progress.ts'
import { traceFiles } from '../trace-files.ts'

/** A round: the verdict and its numbers, what was won and lost, the funnel, the training's course, what it cost. An open round as far as it has come. */
export async function roundPage(run: RunReader, reader: RoundReader): Promise<string> {
  const round = reader.finished()
  const here = roundPath(run.run, reader.round)
  const curve = await trainingPoints(reader)
  return page({
    title: `${run.run}, round ${reader.round}`,
    trail: [
      ['Runs', '/'],
      [run.run, runPath(run.run)],
      [`Round ${reader.round}`, here],
    ],
    live: run.run,
    body: [
      around(run, reader, round),
      round
        ? html`<p class="verdict ${round.decision.promoted ? 'good' : ''}">${text(round.decision.reason)}</p>`
        : await roundProgress(run, reader, curve),
      await changes(reader, here),
      ...(round ? await drawCharts('round', round) : []).map(({ title, svg }) => figure(title, svg)),
      round && arms(round),
      round && why(await whyRound(reader, round)),
      round && decision(round),
      ...(await drawCharts('training', curve)).map(({ title, svg }) => figure(`Training: ${title}`, svg)),
      curve.length > 1 && trainingTable(curve),
      round && funnel(round),
      round?.parity && parity(round.parity),
      traces(reader, here),
      costs(reader),
      run.problems.length > 0 && problems(run),
    ],
  })
}

function trainingTable(curve: readonly TrainingPoint[]): Html {
  const every = Math.ceil(curve.length / 12)
  const shown = curve.filter((_, index) => index % every === 0 || index === curve.length - 1)
  const digits = (value: number | undefined, places = 4) => (value === undefined ? '' : Number(value.toPrecision(places)).toString())
  return html`<details>
    <summary>The course in numbers</summary>
    ${table(
      'Training steps',
      ['step', 'loss', 'held-out loss', 'gradient norm', 'learning rate', 'tokens/s'],
      shown.map((point) => [
        String(point.step),
        digits(point.loss),
        digits(point.heldOut),
        digits(point.gradientNorm, 3),
        digits(point.learningRate, 3),
        digits(point.tokensPerSecond, 3),
      ]),
      [0, 1, 2, 3, 4, 5],
    )}
  </details>`
}

/** What was decided at a glance, and the way to the rounds before and after. */
function around(run: RunReader, { round: number }: RoundReader, round: Finished | null): Html {
  const rounds = run.rounds().map(({ round: each }) => each)
  const link = (to: number | undefined, says: (round: number) => string) =>
    to === undefined ? '' : html`<a href="${roundPath(run.run, to)}">${says(to)}</a>`
  return html`<p class="title">
    ${round ? (round.decision.promoted ? badge('good', 'promoted') : badge('plain', 'kept')) : badge('plain', 'open')}
    ${round ? html`<small>recipe ${text(round.recipe)}, seed ${round.seed}, ${duration(round.cost.seconds)}, ${(round.cost.tokens.prompt + round.cost.tokens.completion).toLocaleString('en')} tokens</small>` : ''}
    <span class="around">
      ${link(
        rounds.findLast((each) => each < number),
        (to) => `← round ${to}`,
      )}
      ${link(
        rounds.find((each) => each > number),
        (to) => `round ${to} →`,
      )}
    </span>
  </p>`
}

type Finished = NonNullable<ReturnType<RoundReader['finished']>>

function arms(round: Finished): Html {
  const rows = round.evaluations.map(({ model, memory, taskset, level, n, passRate, ci }) => [
    levelText({ taskset, level }, round),
    `${model}, memory ${memory ? 'on' : 'off'}`,
    String(n),
    rate(passRate),
    `${rate(ci[0])} to ${rate(ci[1])}`,
  ])
  return html`<details>
    <summary>All arms in numbers</summary>
    ${table('All arms attempted the same tasks with the same seeds', ['level', 'arm', 'tasks', 'passed', '95% interval'], rows, [2, 3, 4])}
  </details>`
}

const why = ({ because, otherwise, limits, answers, next }: Why): Html => {
  const list = (sentences: readonly string[]) =>
    html`<ul>
      ${sentences.map((sentence) => html`<li>${text(sentence)}</li>`)}
    </ul>`
  return html`<h2>Why</h2>
    ${list(because)}
    <h3>What would have changed it</h3>
    ${list(otherwise)}
    <h3>What limits it, and what to try next</h3>
    ${list([...limits, ...next])}
    ${
      answers.length === 0
        ? ''
        : table(
            'Some failed train attempts: what was asked, expected and answered',
            ['question', 'expected', 'answered', 'because'],
            answers.map((seen) => [text(seen.prompt), text(seen.expected ?? ''), text(seen.answer), text(seen.why)]),
          )
    }`
}

function decision({ decision: made, looks, levelNames }: Finished): Html {
  const guards = made.nonInferiority.map((each) => [
    levelText(each, { levelNames }),
    String(each.n),
    points(each.difference),
    points(each.low),
    points(-each.margin),
    each.passed ? badge('good', 'held') : badge('bad', 'lost'),
  ])
  return html`<h2>The test</h2>
    <dl>
      <dt>compared</dt>
      <dd>${text(made.arm)}</dd>
      <dt>test</dt>
      <dd>${text(made.test)}, ${made.n} tasks in ${made.clusters} clusters</dd>
      <dt>rates</dt>
      <dd>
        ${rate(made.incumbentRate)} → ${rate(made.candidateRate)}, ${points(made.difference)} points (95% ${points(made.ci[0])} to
        ${points(made.ci[1])})
      </dd>
      <dt>p</dt>
      <dd>
        ${showP(made.pValue)} against alpha ${showP(made.alpha)}; this run's validation tasks have seen ${looks}
        decision${looks === 1 ? '' : 's'}
      </dd>
      <dt>wins, losses</dt>
      <dd>${made.wins}, ${made.losses}</dd>
      <dt>detectable</dt>
      <dd>gains from ${points(made.minimumDetectableEffect)} points (80% power)</dd>
    </dl>
    ${guards.length > 0 ? table('Levels that may not be lost', ['level', 'tasks', 'difference', 'lower bound', 'margin', 'verdict'], guards, [1, 2, 3, 4]) : ''}`
}

function funnel(round: Finished): Html {
  const { harvest, training, untrained, bank, retest, faults, truncated } = round
  const notes = [...stagesText(training), ...notesText(round)]
  return html`<h2>From attempts to weights</h2>
    <dl>
      <dt>attempted</dt>
      <dd>${harvest.attempted}, of which ${harvest.passed} passed</dd>
      <dt>rows</dt>
      <dd>${harvest.kept} kept, ${harvest.replayed} replayed, ${harvest.pairs} preference pairs</dd>
      <dt>training</dt>
      <dd>
        ${training ? `${text(training.trainer)}: ${training.steps} steps in ${duration(training.seconds)}, final loss ${Number(training.finalLoss.toPrecision(4))}` : text(untrained ?? 'none')}
      </dd>
      <dt>bank</dt>
      <dd>${bank.size} memories, ${bank.added} new${bank.kept ? '' : '; rolled back'}</dd>
      ${
        retest
          ? html`<dt>re-test</dt>
              <dd>
                of ${retest.failed} failed tasks a fresh attempt of the candidate solves ${retest.solvedByCandidate}, of the incumbent
                ${retest.solvedByIncumbent} (p ${showP(retest.pValue)})
              </dd>`
          : ''
      }
      ${
        notes.length > 0
          ? html`<dt>beside that</dt>
              ${notes.map((note) => html`<dd>${text(note)}</dd>`)}`
          : ''
      }
      <dt>truncated</dt>
      <dd>${rate(truncated)}</dd>
      <dt>faults</dt>
      <dd>${faults.retried} retries, ${faults.failed} attempts lost</dd>
    </dl>`
}

/** Whether what was trained is what is served, in differences of log-probabilities. */
function parity({ own, served }: Parity): Html {
  const row = (says: string, of: Parity['own'], same?: number) => [
    says,
    of ? of.meanAbs.toPrecision(2) : 'not told',
    of ? of.maxAbs.toPrecision(2) : '',
    of ? `${of.tokens} in ${of.rows} rows` : '',
    same === undefined ? '' : rate(same),
  ]
  return html`<h2>Parity: is what was trained what is served?</h2>
    ${table(
      "The same tokens of the round's own attempts under two evaluations, |difference of log-probability|",
      ['between', 'mean', 'largest', 'tokens', 'same likeliest token'],
      [row('sampler and trainer', own), row('candidate as trained and as served', served, served?.topAgreement)],
      [1, 2, 3, 4],
    )}`
}

async function changes(reader: RoundReader, here: string): Promise<Html | null> {
  const counts = await countChanges(reader)
  if (!counts) return null
  const tile = (kind: keyof typeof counts.counts, word: string) =>
    html`<li class="${kind === 'fixed' ? 'good' : kind === 'broken' ? 'bad' : ''}">
      <a href="${here}/changes?kind=${kind}"><strong>${counts.counts[kind]}</strong><span>${word}</span></a>
    </li>`
  return html`<h2>Won and lost: ${text(counts.names[1])} against ${text(counts.names[0])}</h2>
    <ul class="tiles">
      ${tile('fixed', 'fixed')}${tile('broken', 'broken')}${tile('failing', 'still failing')}${tile('right', 'still right')}
    </ul>`
}

function traces(reader: RoundReader, here: string): Html {
  const files = traceFiles(reader)
  return html`<h2>Traces</h2>
    <ul>
      ${files.map(({ name, says }) => html`<li><a href="${here}/traces?file=${name}">${says}</a></li>`)}
    </ul>`
}

function costs(reader: RoundReader): Html {
  const seconds = Object.entries(reader.seconds())
  return html`<h2>Time</h2>
    ${table(
      'Steps of the round',
      ['step', 'time'],
      seconds.map(([step, value]) => [step, duration(value ?? 0)]),
      [1],
    )}`
}
