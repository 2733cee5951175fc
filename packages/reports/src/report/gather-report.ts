import type { Round } from '@whetstone/core'
import { openRun, type RoundReader } from '@whetstone/runs'
import { answersOf } from '../compare/answers-of.ts'
import { compareArms, type Fate } from '../compare/compare-arms.ts'
import { comparedArm } from '../compare/compared-arm.ts'
import { flatSettings } from '../flat-settings.ts'
import { drawCharts } from '../draw-charts.ts'
import { trainingPoints } from '../training-points.ts'
import { warnCuts } from '../warn-cuts.ts'
import { whyRound } from '../why/why-round.ts'
import type { ReportSection } from './section.ts'

/** Tasks of a fate that a report shows with their answers. */
const shown = 8

/** What a report says beside the round's figures, from the run's files: why, what was won and lost, the training's course, provenance, settings. What is missing is left out. */
export async function gatherReport(reader: RoundReader, round: Round): Promise<{ first: ReportSection[]; last: ReportSection[] }> {
  const why = await whyRound(reader, round)
  const warnings = [...warnCuts(round), ...(round.monitor?.warnings ?? [])]
  return {
    first: [
      ...(warnings.length > 0 ? [{ title: 'Warnings', sentences: warnings }] : []),
      { title: 'Why', sentences: why.because },
      { title: 'What would have changed it', sentences: why.otherwise },
      { title: 'What limits it, and what to try next', sentences: [...why.limits, ...why.next] },
      ...(why.answers.length > 0
        ? [
            {
              title: 'Some failed train attempts',
              table: {
                head: ['question', 'expected', 'answered', 'because'],
                rows: why.answers.map((seen) => [seen.prompt, seen.expected ?? '', seen.answer, seen.why]),
              },
            },
          ]
        : []),
      ...(await wonAndLost(reader, round)),
    ],
    last: [...(await training(reader)), ...provenance(reader, round)],
  }
}

async function wonAndLost(reader: RoundReader, round: Round): Promise<ReportSection[]> {
  const arms = reader.arms().filter(({ traces }) => traces.exists)
  const find = (role: string, memory: boolean) => arms.find((arm) => arm.role === role && arm.memory === memory)
  const { memory } = round.served
  const [before, after] = find('candidate', memory)
    ? [find('incumbent', memory), find('candidate', memory)]
    : [find('incumbent', false), find('incumbent', true)]
  if (!before || !after) return []
  const compared = [await comparedArm(reader, round, before), await comparedArm(reader, round, after)]
  if (compared.some(({ set }) => set.groups.length === 0)) return []
  const { matrix } = compareArms(compared, { seed: round.seed })
  const [{ counts, tasks }] = matrix as [(typeof matrix)[number]]
  const of = async (fate: Fate, title: string): Promise<ReportSection[]> => {
    const own = tasks.filter((task) => task.fate === fate)
    if (own.length === 0) return []
    return [
      {
        title: `${title}: ${own.length} tasks${own.length > shown ? `, ${shown} shown` : ''}`,
        tasks: await answersOf(compared, own.slice(0, shown)),
        folded: true,
      },
    ]
  }
  return [
    {
      title: 'Won and lost',
      text: `${after.role}, memory ${after.memory ? 'on' : 'off'} against ${before.role}, memory ${before.memory ? 'on' : 'off'}: ${counts.fixed} tasks fixed, ${counts.broken} broken, ${counts.failing} still failing, ${counts.right} still right.`,
    },
    ...(await of('broken', 'Broken')),
    ...(await of('fixed', 'Fixed')),
  ]
}

async function training(reader: RoundReader): Promise<ReportSection[]> {
  const points = await trainingPoints(reader)
  if (points.length < 2) return []
  const every = Math.ceil(points.length / 8)
  const digits = (value: number | undefined, places = 4) => (value === undefined ? '-' : Number(value.toPrecision(places)).toString())
  const [first, ...others] = (await drawCharts('training', points)).map(({ name, title, svg }) => ({ title, svg, picture: `${name}.png` }))
  return [
    {
      title: 'Training',
      figure: first,
      table: {
        head: ['step', 'loss', 'held-out loss', 'gradient norm', 'learning rate', 'tokens/s'],
        rows: points
          .filter((_, index) => index % every === 0 || index === points.length - 1)
          .map((point) => [
            String(point.step),
            digits(point.loss),
            digits(point.heldOut),
            digits(point.gradientNorm, 3),
            digits(point.learningRate, 3),
            digits(point.tokensPerSecond, 3),
          ]),
      },
    },
    ...others.map((figure): ReportSection => ({ title: figure.title, figure })),
  ]
}

function provenance(reader: RoundReader, round: Round): ReportSection[] {
  const record = openRun(reader.run).record()
  const dataset = reader.dataset()
  const candidate = reader.candidate()
  const served = candidate?.metadata['served'] as { rows?: number; tokens?: number; mean_abs?: number; max_abs?: number } | undefined
  const settings = flatSettings(record?.recipes.findLast((each) => each.round <= round.round)?.recipe)
  return [
    {
      title: 'Where it comes from',
      text: served
        ? `Trainer against libllama on ${served.rows} rows before the first step: mean |difference of log-probability| ${served.mean_abs?.toExponential(1)}, largest ${served.max_abs?.toExponential(1)}.`
        : undefined,
      table: {
        head: ['what', 'which'],
        rows: [
          ['run, round, seed', `${round.run}, ${round.round}, ${round.seed}`],
          ['recipe', round.recipe],
          ['base model', record?.base ?? 'not told'],
          ['incumbent', round.incumbent.id],
          ['candidate', round.candidate?.id ?? 'none'],
          ['data set', dataset ? `${dataset.id} (${dataset.hash})` : 'none'],
          ['bank', round.bank.tag ?? 'none'],
        ],
      },
    },
    {
      title: 'The command that does it again',
      code: `npx nx run loops:cycle --recipe=${round.recipe} --run=again --seed=${round.seed} --until-round=${round.round}`,
      text: 'With the settings below, where they differ from the recipe as it is now.',
    },
    ...(settings.size > 0 ? [{ title: 'Settings', table: { head: ['setting', 'value'], rows: [...settings] }, folded: true }] : []),
  ]
}
