import { clipLine } from '../tables/clip-line.ts'
import type { AnswersSeen } from './look-at-answers.ts'

/** Failed attempts with what was said and what is right, for a terminal of 80 columns. */
export const showSeen = (examples: AnswersSeen['examples']): string =>
  [
    'What it answers',
    ...examples.map(({ prompt, expected, answer, why, task }) =>
      [
        `- ${clipLine(prompt, 2)}`,
        ...(expected === null ? [] : [`    expected  ${clipLine(expected, 14)}`]),
        `    answered  ${answer === '' ? '(nothing)' : clipLine(answer, 14, true)}`,
        ...(why ? [`    because   ${clipLine(why, 14)}`] : []),
        `    task      ${task}`,
      ].join('\n'),
    ),
  ].join('\n')
