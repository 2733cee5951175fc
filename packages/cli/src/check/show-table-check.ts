import { wrap } from '@whetstone/reports/tables/wrap.ts'
import { sayKinds } from '@whetstone/tasks'
import type { Against, TableCheck } from './check-table.ts'

/** Overlaps listed for each file. */
const listed = 10

/** What a table holds, and what other files have of it, on a screen. */
export function showTableCheck(
  file: string,
  { report, levels, others, splits, answers, longestQuestion, against }: TableCheck,
  guessed = '',
): string {
  const distinct = splits.train + splits.validation + splits.test
  const columns = Object.entries(report.columns).map(([part, column]) => (part === column ? part : `${part} (${column})`))
  return [
    wrap(`${file}: ${report.found}; columns ${columns.join(', ')}${guessed ? ` (${guessed})` : ''}`),
    `  rows       ${report.rows}, ${distinct} distinct questions${report.repeated ? `, ${report.repeated} ask one again` : ''}`,
    `  splits     train ${splits.train}, validation ${splits.validation}, test ${splits.test}`,
    ...(report.moved.length > 0
      ? [
          `  moved      ${report.moved.length} that ask nearly the same as one of another split: ${report.moved
            .slice(0, 3)
            .map(({ where, like, to }) => `${where} as ${like} (${to})`)
            .join('; ')}`,
        ]
      : []),
    ...(report.templated > 0
      ? [`  templates  ${report.templated} questions of templates that differ in a word: splits keep them apart, people may not`]
      : []),
    `  answers    ${Object.entries(answers)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(', ')}`,
    `  longest    ${longestQuestion.words} words, ${longestQuestion.characters} characters (${longestQuestion.task})`,
    ...(levels
      ? [
          line(
            'level',
            `${levels.column}: ${sayKinds({ values: levels.kinds })}${levels.named ? '' : ' (guessed: loops:init tells accuracy by it; --level names another column, or none)'}`,
          ),
        ]
      : []),
    ...others.map((other) => line('other', `${other.name}: ${sayKinds(other)} (--level=${other.name} tells accuracy by it)`)),
    ...against.flatMap(showAgainst),
  ].join('\n')
}

const line = (name: string, says: string) => wrap(`${name.padEnd(10)} ${says}`, '  ')

function showAgainst({ file, rows, overlaps, siblings }: Against): string[] {
  const template = siblings > 0 ? `; ${siblings} hold a question's frame with other numbers (another task of its template)` : ''
  if (overlaps.length === 0) return [`  against    ${file}: none of its ${rows} rows holds a question${template}`]
  return [
    `  against    ${file}: ${overlaps.length} overlaps in ${rows} rows${template}`,
    ...overlaps
      .slice(0, listed)
      .map(
        ({ task, split, line, rule, words, evidence }) =>
          `    line ${line} ~ ${task} (${split}): ${rule}${words ? `, ${words} words` : ''}: ${JSON.stringify(evidence.slice(0, 100))}`,
      ),
    ...(overlaps.length > listed ? [`    … and ${overlaps.length - listed} more (--json=FILE has all)`] : []),
  ]
}
