import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '@whetstone/core'
import { deriveSeed, paths, random, runTool } from '@whetstone/core'
import { drawAddition } from '@whetstone/tasks'
import { z } from 'zod'
import type { LineKind } from './seed-rows.ts'
import { drawOperatorRow } from './seed-rows.ts'

type Question = { group: string; prompt: string; answer: string }
/** Share of exact answers by group: `addition 4`, `operators right`. */
type Accuracies = Record<string, number>

/** Digits of the sums that are asked. */
const digits = [2, 3, 4, 5, 6]
const kinds: readonly LineKind[] = ['right', 'none', 'wrong']

/** Sums of the validation split, which no lesson holds, and operator prompts drawn as in the lessons; `count` says how many of a group. */
export function drawQuestions(seed: number, count: (group: string) => number): Question[] {
  const ask = (group: string, draw: (next: Random) => Omit<Question, 'group'>) => {
    const next = random(deriveSeed(seed, group))
    return Array.from({ length: count(group) }, () => ({ group, ...draw(next) }))
  }
  return [
    ...digits.flatMap((level) =>
      ask(`addition ${level}`, (next) => {
        const { prompt, reference } = drawAddition(next, level, 'validation')
        return { prompt, answer: reference }
      }),
    ),
    ...kinds.flatMap((kind) =>
      ask(`operators ${kind}`, (next) => {
        const { prompt, completion } = drawOperatorRow(next, kind)
        return { prompt, answer: completion }
      }),
    ),
  ]
}

const Answer = z.object({ id: z.number(), text: z.string(), finish: z.string() })

type MeasureOptions = { folder: string; threads: number; signal: AbortSignal }

/** Greedy answers of a model by llama-sample, as a round takes them. */
export async function measure(model: string, questions: readonly Question[], options: MeasureOptions): Promise<Accuracies> {
  const { folder, threads, signal } = options
  const [data, out] = [join(folder, 'questions.jsonl'), join(folder, 'answers.jsonl')]
  writeFileSync(data, questions.map(({ prompt }, id) => `${JSON.stringify({ id, prompt, max_tokens: 16 })}\n`).join(''))
  const how = ['--temp', '0', '-np', '64', '-t', String(threads), '-c', '64', '--progress', 'none']
  await runTool({ file: paths.tool('llama-sample'), args: ['-m', model, '--data', data, '--out', out, ...how], signal })
  const counts = new Map<string, { right: number; all: number }>()
  for (const line of readFileSync(out, 'utf8').trim().split('\n')) {
    const { id, text, finish } = Answer.parse(JSON.parse(line))
    const { group, answer } = questions[id] as Question
    const count = counts.get(group) ?? { right: 0, all: 0 }
    counts.set(group, { right: count.right + Number(finish === 'stop' && text === answer), all: count.all + 1 })
  }
  return Object.fromEntries([...counts].map(([group, { right, all }]) => [group, right / all]))
}
