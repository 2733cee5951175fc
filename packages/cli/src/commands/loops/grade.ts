import { BadInput, Gpu, sayJudged } from '@whetstone/core'
import { wilson } from '@whetstone/statistics'
import { readProbes } from '@whetstone/tasks'
import { defineCommand } from '../../command.ts'
import { fileGraders, gradeFile } from '../../grade/grade-file.ts'
import { judgeFlags, openJudge } from '../../grade/open-judge.ts'

function readSettings(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // said below
  }
  throw new BadInput(`--settings=${text} is no JSON object: write e.g. --settings='{"threshold":0.8}'`)
}

const percent = (part: number, whole: number) => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)}%`)

export default defineCommand({
  about: "grades a JSONL file of {gold, pred} rows: writes {correct, reward, extracted, reason} beside each row's own fields, in order",
  flags: {
    file: {
      type: 'file',
      about:
        "rows with gold (the right answer, a list of accepted ones, or a solution that holds it) and pred (a model's output); other fields are kept; a row may name its own grader",
    },
    out: { type: 'output', about: 'where the verdicts go' },
    grader: {
      type: 'string',
      default: 'maths',
      choices: fileGraders(),
      about:
        'how answers are compared: one file each in packages/grading/src/graders. maths: LaTeX and plain maths by the rules of packages/grading/POLICY.md; number: the number that is announced, else the last; exact, choice, regex, json, set-f1, steps, step-references, code; judge: a model that --judge names',
    },
    settings: { type: 'string', about: 'settings of the grader as JSON, e.g. {"threshold":0.8} for set-f1, {"rubric":"…"} for judge' },
    ...judgeFlags,
    seed: { type: 'number', min: 0, default: 1, about: "of a judge's votes" },
    threads: { type: 'number', min: 1, max: 1024, about: 'CPU threads of a judge (default: all cores)' },
    gpu: { type: 'string', choices: Gpu.options, default: 'auto', about: 'accelerator of a judge' },
  },
  examples: [
    'npx nx run loops:grade --file=cases.jsonl --out=verdicts.jsonl',
    'npx nx run loops:grade --file=gsm8k-outputs.jsonl --out=verdicts.jsonl --grader=number',
    'npx nx run loops:grade --file=lists.jsonl --out=verdicts.jsonl --grader=set-f1 --settings=\'{"threshold":0.8}\'',
    'npx nx run loops:grade --file=essays.jsonl --out=verdicts.jsonl --grader=judge --judge=models/qwen3-4b --settings=\'{"rubric":"names both causes"}\' --probe=known.csv',
  ],
  async run(
    { file, out, grader, settings, judge: model, 'judge-endpoint': endpoint, 'judge-endpoint-model': endpointModel, ...flags },
    signal,
  ) {
    if (file === undefined || out === undefined)
      throw new BadInput(`loops:grade needs ${file === undefined ? '--file=ROWS.jsonl' : '--out=VERDICTS.jsonl'}`)
    const { probe, gpu, ...how } = flags
    const probes = probe === undefined ? undefined : await readProbes(probe)
    await using judge = await openJudge({ model, endpoint, endpointModel }, { gpu: gpu as Gpu, threads: how.threads, signal })
    const graded = await gradeFile({ file, out, grader, settings: readSettings(settings), judge, probes, seed: how.seed, signal })
    const { rows, correct, reasons, expected, judged, seconds } = graded
    const interval = rows > 0 ? wilson(correct, rows) : null
    console.log(
      `${out}: ${rows} rows, ${correct} correct (${percent(correct, rows)}${interval ? `, 95% interval ${percent(interval.low, 1)} to ${percent(interval.high, 1)}` : ''}) in ${seconds.toFixed(1)} s`,
    )
    for (const [reason, count] of Object.entries(reasons).sort((a, b) => b[1] - a[1]))
      console.log(`  ${String(count).padStart(7)}  ${reason}`)
    if (judged) console.log(sayJudged({ taskset: file, ...judged }))
    const undecided = reasons['not decided'] ?? 0
    if (undecided > 0) console.log(`${undecided} rows were not decided: they count as not correct here, and not as wrong`)
    if (!expected || rows === 0) return
    const { truePositive, trueNegative, falsePositive, falseNegative } = expected
    console.log(
      `Against the field "expected": ${percent(truePositive + trueNegative, rows)} agree; of the correct ${percent(truePositive, truePositive + falseNegative)} pass, of the wrong ${percent(trueNegative, trueNegative + falsePositive)} fail`,
    )
  },
})
