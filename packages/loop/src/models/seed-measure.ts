import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deriveSeed, paths, random, runTool } from '@whetstone/core'
import { drawAddition } from '@whetstone/tasks'
import { z } from 'zod'
import type { LineKind } from './seed-rows.ts'
import { drawOperatorRow } from './seed-rows.ts'

type Question = { group: string; prompt: string; answer: string }
/** Share of exact answers by group: `addition 4`, `operators right`. */
export type Accuracies = Record<string, number>

/** Questions that no lesson holds (sums of one digit excepted: there are but 100), and operator prompts drawn as in the lessons. */
export function drawQuestions(seed: number, levels: readonly number[], each: number): Question[] {
  const next = random(deriveSeed(seed, 'questions'))
  const sums = levels.flatMap((level) =>
    Array.from({ length: each }, () => {
      const { prompt, reference } = drawAddition(next, level, 'validation')
      return { group: `addition ${level}`, prompt, answer: reference }
    }),
  )
  const lines = (['right', 'none', 'wrong'] as LineKind[]).flatMap((kind) =>
    Array.from({ length: each }, () => {
      const { prompt, completion } = drawOperatorRow(next, kind)
      return { group: `operators ${kind}`, prompt, answer: completion }
    }),
  )
  return [...sums, ...lines]
}

const Answer = z.object({ id: z.number(), text: z.string(), finish: z.string() })

/** Greedy answers of a model by llama-sample, as a round takes them. */
export async function measure(model: string, questions: readonly Question[], { folder, threads, signal }: { folder: string; threads: number; signal: AbortSignal }): Promise<Accuracies> {
  const [data, out] = [join(folder, 'questions.jsonl'), join(folder, 'answers.jsonl')]
  writeFileSync(data, questions.map(({ prompt }, id) => `${JSON.stringify({ id, prompt, max_tokens: 16 })}\n`).join(''))
  await runTool({ file: paths.tool('llama-sample'), args: ['-m', model, '--data', data, '--out', out, '--temp', '0', '-np', '64', '-t', String(threads), '-c', '64', '--progress', 'none'], signal })
  const counts = new Map<string, { right: number; all: number }>()
  for (const line of readFileSync(out, 'utf8').trim().split('\n')) {
    const { id, text, finish } = Answer.parse(JSON.parse(line))
    const { group, answer } = questions[id] as Question
    const count = counts.get(group) ?? { right: 0, all: 0 }
    counts.set(group, { right: count.right + Number(finish === 'stop' && text === answer), all: count.all + 1 })
  }
  return Object.fromEntries([...counts].map(([group, { right, all }]) => [group, right / all]))
}
