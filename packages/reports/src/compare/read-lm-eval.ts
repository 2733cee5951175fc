import { basename } from 'node:path'
import { BadInput } from '@whetstone/core'
import { unpackedName } from '@whetstone/tasks'
import { z } from 'zod'
import type { Choice } from './choice.ts'
import { questionOf } from './question-of.ts'
import { readLogRows } from './read-log.ts'
import type { ResultSet } from './result-set.ts'
import { scoreAttempts } from './score-attempts.ts'

/** A row of lm-evaluation-harness's per-sample log (`--log_samples`). Metrics stand beside these members under their own names, or in `scores`. */
const Row = z.looseObject({
  doc_id: z.union([z.number(), z.string()]),
  doc: z.unknown(),
  doc_hash: z.string().optional(),
  filter: z.string().optional(),
})
type Row = z.infer<typeof Row>

/** Metrics that say right or wrong, the likeliest first. */
const known = ['exact_match', 'pass@1', 'pass_at_1', 'acc', 'acc_norm', 'em', 'correct', 'prompt_level_strict_acc', 'math_verify', 'f1']
/** Names of the member that tells repetitions apart. */
const repeatMarks = ['repeat', 'epoch', 'trial', 'sample_id', 'repeat_id'] as const

/**
 * samples_<task>_<date>.jsonl of lm-evaluation-harness. A log of several filters is refused until `filter` chooses; of several metrics `score` chooses, the likeliest is taken otherwise and named in the
 * notes.
 */
export function readLmEval(file: string, choice: Choice): ResultSet[] {
  const rows = readLogRows(file, Row)
  const filters = [...new Set(rows.map((row) => row.filter ?? 'none'))]
  if (filters.length > 1 && choice.filter === undefined)
    throw new BadInput(
      `${file} scores each sample by ${filters.length} filters: choose one, ${filters.map((name) => `--filter=${name}`).join(' or ')}`,
    )
  const filter = choice.filter ?? filters[0]
  if (!filters.includes(filter as string)) throw new BadInput(`${file} has no filter "${filter}". Filters: ${filters.join(', ')}`)
  const chosen = rows.filter((row) => (row.filter ?? 'none') === filter)
  const [first] = chosen
  if (!first) throw new BadInput(`${file} holds no samples: check that lm-eval ran to its end`)
  const score = chooseScore(file, chosen, choice.score)
  const task =
    /^samples_(.+?)(?:_\d{4}-\d{2}-\d{2}T.*)?\.jsonl$/.exec(unpackedName(basename(file)))?.[1] ?? basename(unpackedName(file), '.jsonl')
  const mark = repeatMarks.find((name) => first[name] !== undefined)
  const { groups, notes } = scoreAttempts(
    file,
    chosen.map((row) => ({
      group: task,
      task: String(row.doc_id),
      cluster: String(row.doc_id),
      score: toScore(score.of(row), `${file}: sample ${row.doc_id}: ${score.name}`),
      repeat: mark && String(row[mark]),
      answer: answerOf(row),
      content: { hash: row.doc_hash, question: questionOf(row.doc) },
    })),
    choice,
  )
  const told = [
    ...(filters.length > 1 ? [`filter ${filter} of ${filters.join(', ')}`] : []),
    ...(score.others.length > 1 ? [`score ${score.name} of ${score.others.join(', ')}`] : []),
  ]
  return [{ name: file, arm: '', source: file, format: 'lm-eval', groups, notes: [...told, ...notes] }]
}

/** What the filter read of the response; of several responses to one sample nothing. */
function answerOf({ filtered_resps: read }: Row): string | undefined {
  const [only, ...others] = Array.isArray(read) ? (read as unknown[]) : [read]
  const inner = Array.isArray(only) && only.length === 1 ? (only as unknown[])[0] : only
  return others.length === 0 && (typeof inner === 'string' || typeof inner === 'number') ? String(inner) : undefined
}

/** Members that hold no scores, whatever stands in them. */
const noScores = new Set(['doc', 'arguments', 'resps', 'filtered_resps', 'target', 'config', 'metadata', 'doc_id', ...repeatMarks])
/** Members that hold several scores by name: `scores`, `metrics` or whatever they are called. */
const holders = (row: Row) => Object.entries(row).filter(([name, value]) => isRecord(value) && !noScores.has(name))

/** Which member scores: as chosen, or the likeliest that is a score in some row. Those of `scores`, `metrics` and the like go by their own names, or by path. */
function chooseScore(file: string, rows: readonly Row[], wanted: string | undefined) {
  const inner = [...new Set(rows.flatMap((row) => holders(row).flatMap(([, value]) => Object.keys(value as object))))]
  const listed = Array.isArray(rows[0]?.['metrics']) ? (rows[0]['metrics'] as unknown[]).map(String) : []
  const names = [...new Set([...listed, ...known, ...inner])]
  const valueOf = (row: Row, name: string): unknown => {
    if (row[name] !== undefined && !isRecord(row[name])) return row[name]
    const [, outer, path] = /^([^.]+)\.(.+)$/.exec(name) ?? []
    const within = outer === undefined ? undefined : row[outer]
    if (isRecord(within) && path !== undefined) return within[path]
    return holders(row)
      .map(([, value]) => (value as Record<string, unknown>)[name])
      .find((value) => value !== undefined)
  }
  const others = names.filter((name) => rows.some((row) => isScore(valueOf(row, name))))
  const isNested = others.length > 1 && others.every((name) => inner.includes(name))
  if (wanted === undefined && isNested)
    throw new BadInput(`${file} has several scores: choose one, ${others.map((name) => `--score=${name}`).join(' or ')}`)
  const name = wanted ?? others[0]
  if (name === undefined || !rows.some((row) => isScore(valueOf(row, name))))
    throw new BadInput(
      `${file} has no score ${wanted === undefined ? 'between 0 and 1' : `"${wanted}"`}. Scores: ${others.join(', ') || 'none'}`,
    )
  return { name, others, of: (row: Row) => valueOf(row, name) }
}

const isRecord = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object' && !Array.isArray(value)
const isScore = (value: unknown): value is number | boolean | string =>
  typeof value === 'boolean' ||
  (typeof value === 'number' && value >= 0 && value <= 1) ||
  (typeof value === 'string' && /^(?:(?:0|1)(?:\.\d+)?|true|false)$/i.test(value) && !(Number(value) > 1))

function toScore(value: unknown, where: string): number | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' && /^(?:true|false)$/i.test(value)) return value.toLowerCase() === 'true' ? 1 : 0
  if (isScore(value)) return Number(value)
  throw new BadInput(`${where} is ${JSON.stringify(value)}, not a number from 0 to 1: choose another with --score`)
}
