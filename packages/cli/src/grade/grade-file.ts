import { closeSync, createReadStream, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { BadInput, explainDiskError, parseRow, startProgress } from '@whetstone/core'
import { verifyExact, verifyMaths, verifyNumber, type Verdict } from '@whetstone/grading'
import { z } from 'zod'

type Verify = (pair: { gold: string; answer: string }) => Promise<Verdict> | Verdict
/** How answers may be compared: LaTeX and plain maths, the last number, the whole text. */
export const fileGraders = { maths: verifyMaths, number: verifyNumber, exact: verifyExact } satisfies Record<string, Verify>
export type FileGrader = keyof typeof fileGraders

const text = z.union([z.string(), z.number()]).transform(String)
const names = Object.keys(fileGraders) as [FileGrader]
const Row = z.looseObject({
  gold: text,
  pred: text,
  grader: z.enum(names, { error: `not a grader. Graders: ${names.join(', ')}` }).optional(),
})

export type GradedFile = {
  rows: number
  correct: number
  /** Rows by reason, `correct` included. */
  reasons: Record<string, number>
  /** Where every row says what is expected (a boolean field `expected`): rows right and wrong by that, as counts. */
  expected: { truePositive: number; trueNegative: number; falsePositive: number; falseNegative: number } | null
  seconds: number
}

/** Rows graded at once. */
const chunk = 512

export type GradeFile = { file: string; out: string; grader: FileGrader; signal?: AbortSignal }

/**
 * Grades a JSONL file of {gold, pred} rows and writes {correct, extracted, reason} with each row's own fields, in order. A row may name
 * its grader. The verdicts' file appears whole or not at all; a row that cannot be read is named by file and line.
 */
export async function gradeFile({ file, out, grader, signal }: GradeFile): Promise<GradedFile> {
  if (!existsSync(file)) throw new BadInput(`${file} not found: check the path`)
  if (resolve(file) === resolve(out)) throw new BadInput(`--out=${out} is the file that is read: name another`)
  const started = performance.now()
  const progress = startProgress('grade', statSync(file).size, 'bytes')
  const expected = { truePositive: 0, trueNegative: 0, falsePositive: 0, falseNegative: 0 }
  const summary: GradedFile = { rows: 0, correct: 0, reasons: {}, expected, seconds: 0 }
  mkdirSync(dirname(resolve(out)), { recursive: true })
  const neighbour = `${out}.${process.pid}.tmp`
  try {
    const target = openSync(neighbour, 'w')
    try {
      for await (const rows of readChunks(file, (bytes) => progress.advance(bytes))) {
        signal?.throwIfAborted()
        const verdicts = await Promise.all(rows.map((row) => fileGraders[row.grader ?? grader]({ gold: row.gold, answer: row.pred })))
        const bytes = Buffer.from(verdicts.map((verdict, i) => `${JSON.stringify({ ...rows[i]?.whole, ...verdict })}\n`).join(''))
        for (let written = 0; written < bytes.length;) written += writeSync(target, bytes, written)
        verdicts.forEach((verdict, i) => count(summary, verdict, rows[i]?.whole['expected']))
      }
      fsyncSync(target)
    } finally {
      closeSync(target)
    }
    renameSync(neighbour, out)
  } catch (error) {
    rmSync(neighbour, { force: true })
    throw explainDiskError(error, out)
  } finally {
    progress.done()
  }
  return { ...summary, seconds: (performance.now() - started) / 1000 }
}

type Read = { gold: string; pred: string; grader: FileGrader | undefined; whole: Record<string, unknown> }

async function* readChunks(file: string, advance: (bytes: number) => void): AsyncGenerator<Read[]> {
  let rows: Read[] = []
  let number = 0
  for await (const line of readLines(file, advance)) {
    number++
    const content = number === 1 ? line.replace(/^\uFEFF/, '') : line
    if (content.trim() === '') continue
    const { gold, pred, grader } = parseRow(content, Row, `${file}:${number}`)
    rows.push({ gold, pred, grader, whole: JSON.parse(content) as Record<string, unknown> })
    if (rows.length === chunk) yield rows.splice(0)
  }
  yield rows
}

/** Lines end with a line feed alone (node:readline also breaks at U+2028, which JSON may hold). */
async function* readLines(file: string, advance: (bytes: number) => void): AsyncGenerator<string> {
  let rest = ''
  for await (const piece of createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 20 }) as AsyncIterable<string>) {
    advance(Buffer.byteLength(piece))
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  yield rest
}

function count(summary: GradedFile, { correct, reason }: Verdict, expected: unknown): void {
  summary.rows++
  if (correct) summary.correct++
  const word = reason.startsWith('cannot grade') ? 'cannot grade' : reason
  summary.reasons[word] = (summary.reasons[word] ?? 0) + 1
  if (typeof expected !== 'boolean') summary.expected = null
  else if (summary.expected)
    summary.expected[expected ? (correct ? 'truePositive' : 'falseNegative') : correct ? 'falsePositive' : 'trueNegative']++
}
