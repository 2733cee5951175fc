import { BadInput } from '@whetstone/core'
import { z } from 'zod'
import type { Choice } from './choice.ts'
import { readLog } from './read-log.ts'
import type { ResultSet } from './result-set.ts'
import { scoreAttempts } from './score-attempts.ts'

const Stat = z.looseObject({
  name: z.looseObject({ name: z.string(), split: z.string().optional() }),
  count: z.number().optional(),
  sum: z.number().optional(),
  mean: z.number().nullish(),
})
/** per_instance_stats.json of HELM: for each instance and trial the statistics of its metrics. */
const Log = z.array(
  z.looseObject({
    instance_id: z.string(),
    train_trial_index: z.number().default(0),
    perturbation: z.unknown().optional(),
    stats: z.array(Stat),
  }),
)

/** Metrics that say right or wrong, the likeliest first. */
const known = [
  'exact_match',
  'quasi_exact_match',
  'prefix_exact_match',
  'quasi_prefix_exact_match',
  'math_equiv_chain_of_thought',
  'math_equiv',
  'final_number_exact_match',
  'f1_score',
]

/** A HELM run's instances. `score` chooses the metric; trials are attempts at one task; perturbed instances are left out and counted. */
export function readHelm(file: string, choice: Choice): ResultSet[] {
  const all = readLog(file, Log)
  const rows = all.filter(({ perturbation }) => perturbation === undefined || perturbation === null)
  const names = [...new Set(rows.flatMap(({ stats }) => stats.map(({ name }) => name.name)))]
  const score = choice.score ?? known.find((name) => names.includes(name))
  if (score === undefined || !names.includes(score))
    throw new BadInput(
      `${file} has no score ${score === undefined ? 'that says right or wrong: choose with --score=NAME' : `"${score}"`}. Scores: ${names.join(', ') || 'none'}`,
    )
  const { groups, notes } = scoreAttempts(
    file,
    rows.map(({ instance_id, train_trial_index, stats }) => {
      const stat = stats.find(({ name }) => name.name === score)
      const mean = stat?.mean ?? (stat?.sum !== undefined && stat.count ? stat.sum / stat.count : null)
      if (mean !== null && !(mean >= 0 && mean <= 1))
        throw new BadInput(`${file}: instance ${instance_id}: ${score} is ${mean}, not a number from 0 to 1: choose another with --score`)
      return { group: 'instances', task: instance_id, cluster: instance_id, score: mean, repeat: train_trial_index }
    }),
    choice,
  )
  const told = [
    `score ${score} of ${names.join(', ')}`,
    ...(rows.length < all.length ? [`${all.length - rows.length} perturbed instances left out`] : []),
  ]
  return [{ name: file, arm: '', source: file, format: 'helm', groups, notes: [...told, ...notes] }]
}
