import { basename } from 'node:path'
import { BadInput } from '@whetstone/core'
import { z } from 'zod'
import type { Choice } from './choice.ts'
import { readLog } from './read-log.ts'
import type { ResultSet } from './result-set.ts'
import { scoreAttempts } from './score-attempts.ts'

const Attempt = z.looseObject({ base_status: z.string(), plus_status: z.string().nullish() })
/** *_eval_results.json of EvalPlus: by task, a verdict for each solution on the base tests and on the added ones. */
const Log = z.looseObject({ hash: z.string().optional(), eval: z.record(z.string(), z.array(Attempt)) })

/** HumanEval+ or MBPP+ results. `score` takes `plus` (base and added tests; the default where they were run) or `base`. Ids of EvalPlus name fixed problems: equal ids are equal tasks. */
export function readEvalPlus(file: string, choice: Choice): ResultSet[] {
  const log = readLog(file, Log)
  const tasks = Object.entries(log.eval)
  if (tasks.length === 0) throw new BadInput(`${file} holds no tasks: did evalplus run to its end?`)
  const hasPlus = tasks.every(([, attempts]) => attempts.every(({ plus_status }) => typeof plus_status === 'string'))
  const scores = hasPlus ? ['plus', 'base'] : ['base']
  const score = choice.score ?? scores[0]
  if (!scores.includes(score as string)) throw new BadInput(`${file} has no score "${score}". Scores: ${scores.join(', ')}`)
  const passes = ({ base_status, plus_status }: z.infer<typeof Attempt>) =>
    base_status === 'pass' && (score === 'base' || plus_status === 'pass')
  const { groups, notes } = scoreAttempts(
    file,
    tasks.flatMap(([task, attempts]) =>
      attempts.map((attempt, repeat) => ({
        group: /^([A-Za-z]+)\//.exec(task)?.[1] ?? 'tasks',
        task,
        cluster: task,
        score: Number(passes(attempt)),
        repeat,
        content: { question: `evalplus ${task}` },
      })),
    ),
    choice,
  )
  const told = scores.length > 1 ? [`score ${score} of ${scores.join(', ')}`] : []
  return [{ name: basename(file), arm: '', source: file, format: 'evalplus', groups, notes: [...told, ...notes] }]
}
