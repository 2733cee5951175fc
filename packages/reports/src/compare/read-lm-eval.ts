import { basename } from 'node:path'
import { BadInput, readJsonl } from '@whetstone/core'
import { z } from 'zod'
import { groupAttempts, type ResultSet } from './result-set.ts'

/** A row of lm-evaluation-harness's per-sample log (`--log_samples`). Metrics stand beside these members under their own names. */
const Row = z.looseObject({
  doc_id: z.union([z.number(), z.string()]),
  doc_hash: z.string().optional(),
  filter: z.string().optional(),
  metrics: z.array(z.string()).optional(),
})

/** Metrics that say right or wrong, the likeliest first. */
const known = ['exact_match', 'pass@1', 'pass_at_1', 'acc', 'acc_norm', 'em', 'correct', 'prompt_level_strict_acc', 'math_verify', 'f1']

/**
 * samples_<task>_<date>.jsonl of lm-evaluation-harness. Where a log holds several filters or metrics, `filter` and `metric` choose; the
 * first is taken otherwise and named in the notes.
 */
export function readLmEval(file: string, choice: { metric?: string; filter?: string }): ResultSet[] {
  const rows = readJsonl(file, Row, { wholeFile: true })
  const filters = [...new Set(rows.map((row) => row.filter ?? 'none'))]
  const filter = choice.filter ?? filters[0]
  if (!filters.includes(filter as string)) throw new BadInput(`${file} has no filter "${filter}". Filters: ${filters.join(', ')}`)
  const chosen = rows.filter((row) => (row.filter ?? 'none') === filter)
  const first = chosen[0]
  if (!first) throw new BadInput(`${file} holds no samples: check that lm-eval ran to its end`)
  const metrics = [...new Set([...(first.metrics ?? []), ...known])].filter((name) => isScore(first[name]))
  const metric = choice.metric ?? metrics[0]
  if (metric === undefined || !isScore(first[metric]))
    throw new BadInput(
      `${file} has no metric ${metric === undefined ? 'between 0 and 1' : `"${metric}"`}. Metrics: ${metrics.join(', ') || 'none'}`,
    )
  const task = /^samples_(.+?)(?:_\d{4}-\d{2}-\d{2}T.*)?\.jsonl$/.exec(basename(file))?.[1] ?? basename(file, '.jsonl')
  const notes: string[] = []
  if (filters.length > 1) notes.push(`filter ${filter} of ${filters.join(', ')}`)
  if (metrics.length > 1) notes.push(`metric ${metric} of ${metrics.join(', ')}`)
  const attempts = chosen.map((row) => {
    const value = row[metric]
    if (!isScore(value))
      throw new BadInput(`${file}: sample ${row.doc_id}: ${metric} is ${JSON.stringify(value)}, not a number from 0 to 1`)
    const task_ = String(row.doc_id)
    return {
      group: task,
      task: task_,
      cluster: task_,
      passed: Number(value),
      content: row.doc_hash,
    }
  })
  return [{ name: file, arm: '', source: file, format: 'lm-eval', groups: groupAttempts(attempts), notes }]
}

const isScore = (value: unknown): value is number | boolean =>
  typeof value === 'boolean' || (typeof value === 'number' && value >= 0 && value <= 1)
