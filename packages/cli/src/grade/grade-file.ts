import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import {
  BadInput,
  deriveSeed,
  explainDiskError,
  loadPlugin,
  pluginNames,
  startProgress,
  type Grade,
  type Judged,
  type LanguageModel,
  makeFolder,
} from '@whetstone/core'
import { goldProbes, probeJudge, type Grader, type Look, type Probe } from '@whetstone/grading'
import { readCases, type GradeCase } from './read-cases.ts'

export const fileGraders = () => pluginNames('graders')

export type GradedFile = {
  rows: number
  correct: number
  /** Rows by reason, `correct` included; what cannot be graded and what was not decided are reasons of their own, never "wrong answer". */
  reasons: Record<string, number>
  /** Where every row says what is expected (a boolean field `expected`): rows right and wrong by that, as counts. */
  expected: { truePositive: number; trueNegative: number; falsePositive: number; falseNegative: number } | null
  /** Where a model judged: how far it agrees with probes of known verdict. */
  judged: Omit<Judged, 'taskset'> | null
  seconds: number
}

/** Rows graded at once. */
const chunk = 512

export type GradeFile = {
  file: string
  out: string
  grader: string
  settings?: Record<string, unknown>
  /** The role judge, for the grader of that name; `probes`: answers of known verdict. */
  judge?: LanguageModel | null
  probes?: readonly Probe[]
  seed?: number
  signal?: AbortSignal
}

/**
 * Grades a JSONL file of {gold, pred} rows and writes {correct, reward, extracted, reason} with each row's own fields, in order, numbers as they were written. A row may name
 * its grader. The verdicts' file appears whole or not at all; a row that cannot be read is named by file and line.
 */
export async function gradeFile({ file, out, grader, settings = {}, judge, probes, seed = 1, signal }: GradeFile): Promise<GradedFile> {
  if (!existsSync(file)) throw new BadInput(`${file} not found: check the path`)
  if (resolve(file) === resolve(out)) throw new BadInput(`--out=${out} is the file that is read: name another`)
  const graders = new Map<string, Grader>()
  const load = async (name: string, given: Record<string, unknown>) =>
    ((await loadPlugin('graders', name)) as unknown as (settings: unknown) => Grader)(given)
  graders.set(grader, await load(grader, settings))
  const names = fileGraders()
  const started = performance.now()
  const progress = startProgress('grade', statSync(file).size, 'bytes')
  const expected = { truePositive: 0, trueNegative: 0, falsePositive: 0, falseNegative: 0 }
  const summary: GradedFile = { rows: 0, correct: 0, reasons: {}, expected, judged: null, seconds: 0 }
  makeFolder(dirname(resolve(out)))
  const neighbour = `${out}.${process.pid}.tmp`
  try {
    const target = openSync(neighbour, 'w')
    try {
      for await (const rows of readCases(file, chunk, (bytes) => progress.advance(bytes))) {
        signal?.throwIfAborted()
        for (const { grader: name, line } of rows)
          if (name !== undefined && !names.includes(name))
            throw new BadInput(`${file}:${line}: grader: not a grader. Graders: ${names.join(', ')}`)
        for (const { grader: name } of rows) if (name !== undefined && !graders.has(name)) graders.set(name, await load(name, {}))
        const used = rows.map(({ grader: name }) => graders.get(name ?? grader) as Grader)
        const asking = used.findIndex(({ needsJudge }) => needsJudge)
        if (asking >= 0 && !judge)
          throw new BadInput(
            `${file}:${rows[asking]?.line}: is graded by a judge, and none is named: give --judge=MODEL.gguf or --judge-endpoint=http://…`,
          )
        if (judge && asking >= 0 && summary.judged === null) {
          const by = used[asking] as Grader
          const asked = rows.filter((_, i) => used[i] === by)
          summary.judged = await measureJudge(by, judge, {
            probes,
            asked,
            pairwise: by === graders.get(grader) && settings['pairwise'] === true,
            seed,
            signal,
          })
        }
        const looks = await Promise.all(
          rows.map(({ gold, pred, question, written, line }, i) =>
            (used[i] as Grader).look({
              ...{ gold, answer: pred, question, metadata: written, signal },
              ...(used[i]?.needsJudge && { judge: judge as LanguageModel, seed: deriveSeed(seed, 'judge', line) }),
            }),
          ),
        )
        const bytes = Buffer.from(looks.map((look, i) => `${JSON.stringify({ ...rows[i]?.whole, ...columns(look) })}\n`).join(''))
        for (let written = 0; written < bytes.length;) written += writeSync(target, bytes, written)
        looks.forEach(({ grade }, i) => count(summary, grade, rows[i]?.whole['expected']))
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

/** How far the judge agrees with answers of known verdict: given ones, else golds of the first rows. */
async function measureJudge(
  { grade }: Grader,
  judge: LanguageModel,
  how: { probes?: readonly Probe[]; asked: readonly GradeCase[]; pairwise: boolean; seed: number; signal?: AbortSignal },
): Promise<GradedFile['judged']> {
  const golds = how.asked.map(({ gold, question = '' }) => ({ question, gold: typeof gold === 'string' ? gold : (gold[0] as string) }))
  const probes = how.probes ?? goldProbes(golds, how.pairwise)
  if (probes.length === 0) return null
  const agreement = await probeJudge(probes, ({ question, answer, reference = '' }, at) =>
    grade({ gold: reference, answer, question, judge, seed: deriveSeed(how.seed, 'probe', at), signal: how.signal }),
  )
  return { model: judge.model.name, ...agreement, ...(how.probes ? {} : { ofGolds: true }) }
}

const columns = ({ grade: { passed, reward, reason, undecided }, extracted }: Look) => ({
  ...{ correct: passed, reward, extracted, reason },
  ...(undecided && { undecided }),
})

function count(summary: GradedFile, { passed: correct, reason, undecided }: Grade, expected: unknown): void {
  summary.rows++
  if (correct) summary.correct++
  const word = undecided ? 'not decided' : (/^cannot grade/.exec(reason)?.[0] ?? reason)
  summary.reasons[word] = (summary.reasons[word] ?? 0) + 1
  if (typeof expected !== 'boolean') summary.expected = null
  else if (summary.expected)
    summary.expected[expected ? (correct ? 'truePositive' : 'falseNegative') : correct ? 'falsePositive' : 'trueNegative']++
}
