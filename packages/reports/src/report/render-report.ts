import { markdownText } from '@whetstone/core'
import { html } from 'hono/html'
import { badge, figure, fold, table, text, type Html, type Piece } from '../page/pieces.ts'
import { standalonePage } from '../page/standalone-page.ts'
import { answerOf, type Answered } from '../compare/answers-of.ts'
import { wordDiff } from '../word-diff.ts'
import type { TextTable } from '../tables/text-table.ts'
import type { ReportSection } from './section.ts'

export type Report = { title: string; promoted: boolean; reason: string; sections: readonly ReportSection[] }

/** The report as one page that needs nothing beside itself. */
export const reportPage = ({ title, promoted, reason, sections }: Report): Promise<string> =>
  standalonePage(title, [
    html`<p class="verdict ${promoted ? 'good' : ''}">
      ${promoted ? badge('good', 'promoted') : badge('plain', 'kept')} ${text(reason.replace(/^(promoted|kept): /, ''))}
    </p>`,
    ...sections.map(sectionPiece),
  ])

const numbers = /^[-+−]?[\d.,]/

function sectionPiece({ title, text: words, sentences, table: rows, figure: drawing, tasks, code, folded }: ReportSection): Html {
  const body = html`${words ? html`<p>${text(words)}</p>` : ''}${
    sentences
      ? html`<ul>
          ${sentences.map((sentence) => html`<li>${text(sentence)}</li>`)}
        </ul>`
      : ''
  }${code ? html`<pre>${text(code)}</pre>` : ''}${drawing ? figure(drawing.title, drawing.svg) : ''}${rows && rows.rows.length > 0 ? table(title, rows.head, rows.rows, numericOf(rows)) : ''}${
    tasks ? html`${tasks.map(taskPiece)}` : ''
  }`
  return folded
    ? fold(text(title), body)
    : html`<h2>${text(title)}</h2>
        ${body}`
}

/** Columns of which all cells begin with a number. */
const numericOf = ({ head, rows }: TextTable) =>
  head.flatMap((_, column) =>
    column > 0 && rows.every((row) => numbers.test(row[column] ?? '') || (row[column] ?? '') === '' || row[column] === '-') ? [column] : [],
  )

function taskPiece({ task, group, prompt, reference, answers: [before, after] }: Answered): Html {
  const marked = wordDiff(answerOf(before), answerOf(after))
  const side = (drop: 'added' | 'removed') =>
    marked
      .filter(({ kind }) => kind !== drop)
      .map(({ kind, text: piece }): Piece =>
        kind === 'same' ? text(piece) : kind === 'added' ? html`<ins>${text(piece)}</ins>` : html`<del>${text(piece)}</del>`,
      )
  return html`<section class="task">
    <h3>${text(task)} <small>${text(group)}</small></h3>
    <pre>${text(prompt)}</pre>
    ${reference === null ? '' : html`<p>Right: <code>${text(reference)}</code></p>`}
    <div class="pair">
      <div>
        <strong>before</strong> ${text(before?.grade.reason)}
        <pre>${side('added')}</pre>
      </div>
      <div>
        <strong>after</strong> ${text(after?.grade.reason)}
        <pre>${side('removed')}</pre>
      </div>
    </div>
  </section>`
}

/** The same as Markdown, for pull requests and terminals. */
export function reportMarkdown({ title, reason, sections }: Report): string {
  const parts = sections.flatMap(({ title: heading, text: words, sentences, table: rows, figure: drawing, tasks, code }) => [
    `## ${markdownText(heading)}`,
    ...(words ? [markdownText(words)] : []),
    ...(sentences ? [sentences.map((sentence) => `- ${markdownText(sentence)}`).join('\n')] : []),
    ...(code ? [`    ${markdownText(code).replaceAll('\\', '')}`] : []),
    ...(drawing ? [`![${markdownText(drawing.title)}](${drawing.picture})`] : []),
    ...(rows && rows.rows.length > 0 ? [markdownTable(rows)] : []),
    ...(tasks
      ? [
          markdownTable({
            head: ['task', 'asked', 'right', 'before', 'after'],
            rows: tasks.map(({ task, prompt, reference, answers: [before, after] }) => [
              task,
              clip(prompt),
              clip(reference ?? 'not kept'),
              clip(answerOf(before)),
              clip(answerOf(after)),
            ]),
          }),
        ]
      : []),
  ])
  return `${[`# ${markdownText(title)}`, markdownText(reason), ...parts].join('\n\n')}\n`
}

const markdownTable = ({ head, rows }: TextTable) =>
  [
    `| ${head.map(markdownText).join(' | ')} |`,
    `| ${head.map(() => '---').join(' | ')} |`,
    ...rows.map((row) => `| ${row.map(markdownText).join(' | ')} |`),
  ].join('\n')

/** Answers may be long: their end tells most. */
const clip = (words: string, most = 160) => (words.length > most ? `…${words.slice(-most)}` : words)
