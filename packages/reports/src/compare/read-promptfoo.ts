import { BadInput, hash } from '@whetstone/core'
import { contentKey } from '@whetstone/similarity'
import { z } from 'zod'
import type { Choice } from './choice.ts'
import { questionOf } from './question-of.ts'
import { readLog } from './read-log.ts'
import type { ResultSet } from './result-set.ts'
import { scoreAttempts } from './score-attempts.ts'

const Result = z.looseObject({
  success: z.boolean(),
  score: z.number().nullish(),
  provider: z.looseObject({ id: z.string().optional(), label: z.string().nullish() }).optional(),
  prompt: z.looseObject({ label: z.string().optional(), raw: z.string().optional() }).optional(),
  vars: z.record(z.string(), z.unknown()).default({}),
  testIdx: z.number().optional(),
  promptIdx: z.number().optional(),
  error: z.string().nullish(),
  /** 2: the provider failed; 1: an assertion did. */
  failureReason: z.unknown().optional(),
})
/** What we read of promptfoo's `eval --output results.json`. */
const Log = z.looseObject({ results: z.looseObject({ results: z.array(Result) }) })

/** An arm for each provider and prompt of a promptfoo evaluation; a test is a task, known by its variables. `score` takes `success` (default) or `score`. */
export function readPromptfoo(file: string, choice: Choice): ResultSet[] {
  const { results } = readLog(file, Log).results
  if (results.length === 0) throw new BadInput(`${file} holds no results: did promptfoo run to its end?`)
  const score = choice.score ?? 'success'
  if (score !== 'success' && score !== 'score') throw new BadInput(`${file} has no score "${score}". Scores: success, score`)
  const arms = Map.groupBy(
    results,
    ({ provider, prompt, promptIdx }) => `${provider?.label ?? provider?.id ?? 'provider'}, prompt ${prompt?.label ?? promptIdx ?? 0}`,
  )
  return [...arms].map(([arm, rows]) => {
    const asked = new Map(rows.map(({ vars, testIdx }, index) => [String(testIdx ?? index), questionOf(vars)]))
    // Where a variable asks the question, and no two tests ask the same, other tools' logs meet these by it.
    const tellsAll = [...asked.values()].every((question) => question !== undefined) && new Set(asked.values()).size === asked.size
    const { groups, notes } = scoreAttempts(
      file,
      rows.map(({ vars, testIdx, success, score: graded, error, failureReason }, index) => ({
        group: 'tests',
        task: String(testIdx ?? index),
        cluster: String(testIdx ?? index),
        // An error of the provider is no wrong answer.
        score:
          failureReason === 2 || (error && !success && graded === undefined)
            ? null
            : score === 'success'
              ? Number(success)
              : (graded ?? null),
        content: { hash: hash(vars), question: tellsAll ? questionOf(vars) : contentKey(JSON.stringify(Object.entries(vars).sort())) },
      })),
      choice,
    )
    return {
      name: arms.size > 1 ? `${arm} (${file})` : file,
      arm: arms.size > 1 ? arm : '',
      source: file,
      format: 'promptfoo' as const,
      groups,
      notes,
    }
  })
}
