import { join } from 'node:path'
import type { Round } from '@whetstone/core'
import { duration, markdownText, writeAtomic } from '@whetstone/core'
import { z } from 'zod'
import { armsByLevel } from './charts/arms-by-level.ts'
import { armsTable } from './arms-table.ts'
import { funnelSections } from './funnel-sections.ts'
import { escapeHtml } from './escape-html.ts'
import { renderPng, renderSvg } from './render-chart.ts'
import { parityText } from './parity-text.ts'
import { htmlTable } from './tables/html-table.ts'
import { textTable, type TextTable } from './tables/text-table.ts'

const Table = z.object({ head: z.array(z.string()).readonly(), rows: z.array(z.array(z.string()).readonly()).readonly() })
/** A part of a report: a heading, a paragraph, a table. */
export const Section = z.object({ title: z.string(), text: z.string().optional(), table: Table.optional() })
export type Section = z.infer<typeof Section>

const percent = (rate: number) => `${(100 * rate).toFixed(1)}%`
const points = (difference: number) => `${difference >= 0 ? '+' : ''}${(100 * difference).toFixed(1)}`
const number = (value: number) => (value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(1) : String(Number(value.toFixed(4))))

/** Writes report.md, report.html and the chart (arms.svg, arms.png) of a round beside its round.json. */
export async function writeReport(
  folder: string,
  round: Round,
  extra: { seconds: Partial<Record<string, number>>; sections?: readonly Section[] },
): Promise<void> {
  const spec = armsByLevel(round.evaluations)
  const svg = await renderSvg(spec)
  const sections = [...describe(round, extra.seconds), ...(extra.sections ?? [])]
  const title = `${round.run}, round ${round.round}: ${round.decision.promoted ? 'promoted' : 'kept'}`
  writeAtomic(join(folder, 'arms.svg'), svg)
  writeAtomic(join(folder, 'arms.png'), await renderPng(spec))
  writeAtomic(join(folder, 'report.md'), toMarkdown(title, round.decision.reason, sections))
  writeAtomic(join(folder, 'report.html'), toHtml(title, round.decision.reason, svg, sections))
}

function describe(round: Round, seconds: Partial<Record<string, number>>): Section[] {
  const { decision, harvest, training, retest, bank } = round
  const sections: Section[] = [
    {
      title: 'Arms',
      text: 'Validation tasks passed, %, with 95% intervals. All arms attempted the same tasks with the same seeds.',
      table: textTable(armsTable(round.evaluations, '\u00a0')),
    },
    {
      title: 'Decision',
      text: `${decision.arm}; ${decision.test}; n ${decision.n} in ${decision.clusters} clusters; ${percent(decision.incumbentRate)} → ${percent(decision.candidateRate)}, difference ${points(decision.difference)} points (95% interval ${points(decision.ci[0])} to ${points(decision.ci[1])}); wins ${number(decision.wins)}, losses ${number(decision.losses)}; p = ${number(decision.pValue)} against alpha ${number(decision.alpha)}; minimum detectable effect ${points(decision.minimumDetectableEffect)} points at 80% power. This run's validation data have seen ${round.looks} decisions.`,
      ...(decision.nonInferiority.length > 0 && {
        table: {
          head: ['solved level', 'n', 'difference, points', 'lower 95% bound', 'margin', 'kept'],
          rows: decision.nonInferiority.map((each) => [
            `${each.taskset} ${each.level}`,
            String(each.n),
            points(each.difference),
            points(each.low),
            points(-each.margin),
            each.passed ? 'yes' : 'NO',
          ]),
        },
      }),
    },
  ]
  if (round.frontier)
    sections.push({
      title: 'Frontier',
      text: `${round.frontier.taskset} level ${round.frontier.level}: ${round.frontier.rule}; its train pass@1 was ${percent(round.frontier.trainRate)}. Chosen before any validation attempt.`,
    })
  sections.push({
    title: 'Harvest and training',
    text: `${harvest.attempted} train attempts, ${harvest.passed} passed, ${harvest.kept} kept, ${harvest.replayed} older ones replayed, ${harvest.pairs} preference pairs. ${training ? `${training.trainer}: ${training.steps} steps in ${duration(training.seconds)}, final loss ${number(training.finalLoss)}.` : `${round.untrained ?? 'nothing was trained'}.`}`,
  })
  if (harvest.funnel?.length) sections.push(...funnelSections(harvest.funnel))
  if (round.parity)
    sections.push({
      title: 'What is trained is what is served',
      text: `Differences of log-probability on attempts of this round, natural log: ${parityText(round.parity)}.`,
    })
  if (bank.tag)
    sections.push({
      title: 'Memory',
      text: `The bank holds ${bank.size} memories, ${bank.added} of them new${bank.kept ? '' : '; it was rolled back, since it hurt'}. ${decision.memory ? `On against off: ${points(decision.memory.difference)} points (95% interval ${points(decision.memory.ci[0])} to ${points(decision.memory.ci[1])}), p = ${number(decision.memory.pValue)}.` : ''}`,
    })
  if (retest)
    sections.push({
      title: 'Re-test of what failed',
      text: `Of ${retest.failed} validation tasks that the incumbent failed, a fresh attempt of the candidate solves ${retest.solvedByCandidate}, one of the incumbent ${retest.solvedByIncumbent} (p = ${number(retest.pValue)}).`,
    })
  sections.push({
    title: 'Cost',
    text: `${duration(round.cost.seconds)} in all; ${round.cost.tokens.prompt} prompt and ${round.cost.tokens.completion} completion tokens; ${percent(round.truncated)} of the attempts truncated; provider faults: ${round.faults.retried} retries, ${round.faults.failed} attempts lost.`,
    table: { head: ['step', 'time'], rows: Object.entries(seconds).map(([step, value]) => [step, duration(value ?? 0)]) },
  })
  return sections
}

function toMarkdown(title: string, reason: string, sections: readonly Section[]): string {
  const cell = markdownText
  const table = ({ head, rows }: TextTable) =>
    [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')
  return (
    [
      `# ${markdownText(title)}`,
      markdownText(reason),
      '![pass rates of the arms](arms.png)',
      ...sections.flatMap((section) => [
        `## ${markdownText(section.title)}`,
        ...(section.text ? [markdownText(section.text)] : []),
        ...(section.table ? [table(section.table)] : []),
      ]),
    ].join('\n\n') + '\n'
  )
}

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2733}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:.2rem .8rem;text-align:right;border-bottom:1px solid #e3e8ee}th:first-child,td:first-child{text-align:left}.reason{padding:.6rem 1rem;background:#eef4f0;border-left:4px solid #2f855a}.scroll{overflow-x:auto}svg{max-width:100%;height:auto}`

function toHtml(title: string, reason: string, svg: string, sections: readonly Section[]): string {
  const body = sections.map(
    ({ title: heading, text, table }) =>
      `<h2>${escapeHtml(heading)}</h2>${text ? `<p>${escapeHtml(text)}</p>` : ''}${table ? htmlTable(table) : ''}`,
  )
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeHtml(title)}</title><style>${style}</style><h1>${escapeHtml(title)}</h1><p class="reason">${escapeHtml(reason)}</p>${svg}${body.join('\n')}</html>\n`
}
