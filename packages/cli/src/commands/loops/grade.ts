import { BadInput } from '@whetstone/core'
import { wilson } from '@whetstone/statistics'
import { defineCommand } from '../../command.ts'
import { fileGraders, gradeFile, type FileGrader } from '../../grade/grade-file.ts'

const percent = (part: number, whole: number) => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)}%`)

export default defineCommand({
  about: "grades a JSONL file of {gold, pred} rows: writes {correct, extracted, reason} beside each row's own fields, in order",
  flags: {
    file: {
      type: 'string',
      about:
        "rows with gold (the right answer, or a solution that holds it) and pred (a model's output); other fields are kept; a row may name its own grader",
    },
    out: { type: 'string', about: 'where the verdicts go' },
    grader: {
      type: 'string',
      default: 'maths',
      choices: Object.keys(fileGraders),
      about:
        'maths: LaTeX and plain maths by the rules of packages/grading/POLICY.md; number: the number that is announced, else the last; exact: the whole text',
    },
  },
  examples: [
    'npx nx run loops:grade --file=cases.jsonl --out=verdicts.jsonl',
    'npx nx run loops:grade --file=gsm8k-outputs.jsonl --out=verdicts.jsonl --grader=number',
  ],
  async run({ file, out, grader }, signal) {
    if (file === undefined || out === undefined)
      throw new BadInput(`loops:grade needs ${file === undefined ? '--file=ROWS.jsonl' : '--out=VERDICTS.jsonl'}`)
    const { rows, correct, reasons, expected, seconds } = await gradeFile({ file, out, grader: grader as FileGrader, signal })
    const interval = rows > 0 ? wilson(correct, rows) : null
    console.log(
      `${out}: ${rows} rows, ${correct} correct (${percent(correct, rows)}${interval ? `, 95% interval ${percent(interval.low, 1)} to ${percent(interval.high, 1)}` : ''}) in ${seconds.toFixed(1)} s`,
    )
    for (const [reason, count] of Object.entries(reasons).sort((a, b) => b[1] - a[1]))
      console.log(`  ${String(count).padStart(7)}  ${reason}`)
    if (!expected || rows === 0) return
    const { truePositive, trueNegative, falsePositive, falseNegative } = expected
    console.log(
      `Against the field "expected": ${percent(truePositive + trueNegative, rows)} agree; of the correct ${percent(truePositive, truePositive + falseNegative)} pass, of the wrong ${percent(trueNegative, trueNegative + falsePositive)} fail`,
    )
  },
})
