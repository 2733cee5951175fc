import type { Trace, Vitals } from '@whetstone/core'
import { meanPassAtK } from '@whetstone/statistics'

type PerTask = { taskset: string; level: number; attempts: number; passed: number; answers: Set<string> }

/** Counts attempts as they stream by: a task needs a few numbers and its distinct right answers, an attempt nothing. */
export async function takeVitals(traces: AsyncIterable<Trace>): Promise<Vitals> {
  const tasks = new Map<string, PerTask>()
  const sums = { attempts: 0, passed: 0, length: 0, repeated: 0, truncated: 0, logprob: 0, tokens: 0 }
  for await (const trace of traces) {
    const { taskset, level, grade, tokens, truncated, messages, calls } = trace
    let task = tasks.get(trace.task)
    if (!task) tasks.set(trace.task, (task = { taskset, level, attempts: 0, passed: 0, answers: new Set() }))
    const answer = messages.at(-1)?.content ?? ''
    task.attempts++
    sums.attempts++
    sums.length += tokens.completion
    sums.repeated += repeatedShare(answer)
    if (truncated) sums.truncated++
    if (grade.passed) {
      task.passed++
      sums.passed++
      task.answers.add(answer.replaceAll(/\s+/g, ' ').trim())
    }
    for (const logprob of (calls ?? []).flatMap(({ logprobs }) => logprobs ?? [])) {
      sums.logprob += logprob
      sums.tokens++
    }
  }
  const all = [...tasks.values()]
  const k = Math.max(1, ...all.map(({ attempts }) => attempts))
  const solved = all.filter(({ passed }) => passed > 0)
  const mean = (sum: number, of = sums.attempts) => (of === 0 ? 0 : sum / of)
  return {
    attempts: sums.attempts,
    tasks: all.length,
    pass1: mean(sums.passed),
    passK:
      k > 1
        ? meanPassAtK(
            all.map(({ attempts, passed }, i) => ({ task: `${i}`, cluster: `${i}`, attempts, passed })),
            k,
          )
        : null,
    k,
    distinct: mean(
      solved.reduce((sum, { answers }) => sum + answers.size, 0),
      solved.length,
    ),
    entropy: sums.tokens === 0 ? null : -sums.logprob / sums.tokens,
    length: mean(sums.length),
    repeated: mean(sums.repeated),
    truncated: mean(sums.truncated),
    levels: [...Map.groupBy(all, ({ taskset, level }) => `${taskset} ${level}`).values()].map((own) => {
      const { taskset, level } = own[0] as PerTask
      const attempts = own.reduce((sum, task) => sum + task.attempts, 0)
      return { taskset, level, n: own.length, pass1: own.reduce((sum, task) => sum + task.passed, 0) / attempts }
    }),
  }
}

/** Share of a text's 4-grams of words that it has had before; of 8-grams of characters where it has few words. */
export function repeatedShare(text: string): number {
  const words = text.split(/\s+/).filter(Boolean)
  const [parts, n] = words.length >= 8 ? [words, 4] : [[...text], 8]
  const total = parts.length - n + 1
  if (total < 2) return 0
  const seen = new Set<string>()
  for (let i = 0; i < total; i++) seen.add(parts.slice(i, i + n).join(' '))
  return 1 - seen.size / total
}
