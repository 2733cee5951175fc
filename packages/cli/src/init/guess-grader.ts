import type { Task } from '@whetstone/core'
import { readTable, type TableOptions } from '@whetstone/tasks'
import table from '@whetstone/tasks/tasksets/table.ts'

export type GraderGuess = { grader: string; instruction: string; maxTokens: number; why: string }

const steps = 'Solve the problem step by step. End with a line that holds #### and then the answer.'
const kinds: {
  grader: string
  is: (golds: readonly string[], tasks: readonly Task[]) => boolean
  instruction: string
  maxTokens: number
  why: string
}[] = [
  {
    grader: 'number',
    // 044 is no number that one writes: who does means the digits
    is: (golds) => all(golds, /^[-+−]?[$€£]?\s?\d[\d.,\s]*%?$/) && !golds.some((gold) => /^0\d/.test(gold)),
    instruction: steps,
    maxTokens: 512,
    why: 'all answers are numbers',
  },
  {
    grader: 'number',
    is: (golds) => all(golds, /####\s*[-+−]?[$€£]?\s?\d[\d.,]*%?\s*$/),
    instruction: steps,
    maxTokens: 512,
    why: 'all answers end with #### and a number',
  },
  {
    grader: 'choice',
    is: (golds, tasks) =>
      all(golds, /^\(?[A-Ja-j]\)?$/) &&
      tasks.filter(({ prompt, metadata }) => /(^|\s)\(?[A-D][).:]/.test(prompt) || 'choices' in metadata).length > tasks.length / 2,
    instruction: 'Answer with the letter of the right choice only.',
    maxTokens: 64,
    why: 'all answers are letters, and the questions hold choices',
  },
  {
    grader: 'json',
    is: (golds) => golds.every((gold) => /^[[{]/.test(gold) && parses(gold)),
    instruction: 'Answer with JSON only.',
    maxTokens: 512,
    why: 'all answers are JSON',
  },
  {
    grader: 'maths',
    is: (golds) =>
      golds.filter((gold) => /[\\^{}=/]|\$.*\$/.test(gold)).length > golds.length / 4 && golds.every((gold) => gold.length < 200),
    instruction: 'Solve the problem step by step. Put the final answer in \\boxed{}.',
    maxTokens: 1024,
    why: 'many answers are formulas',
  },
]
const fallback = {
  grader: 'exact',
  instruction: 'Answer with the answer only, without any other word.',
  maxTokens: 64,
  why: 'the answers are short texts, compared as they stand',
}

/** What stands in programs of the usual languages. */
const program = /\b(def|function|func|fn) \w+\s*\(|^\s*return\b|#include\s*<|\bpublic static\b|\bconsole\.log\(/m

const all = (golds: readonly string[], shape: RegExp) => golds.filter((gold) => shape.test(gold)).length >= 0.98 * golds.length
const parses = (text: string) => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** How a table's answers may be compared, with the reason; a grader that cannot read its own golds is passed over. */
export async function guessGrader(options: TableOptions, tasks: readonly Task[]): Promise<GraderGuess> {
  const golds = tasks.map(({ reference }) => reference)
  for (const { is, ...guess } of kinds) if (is(golds, tasks) && (await golds100(options, guess.grader)).wrong.length === 0) return guess
  if (golds.filter((gold) => program.test(gold)).length > golds.length / 2)
    return {
      ...fallback,
      maxTokens: 512,
      why: 'the answers are programs, and exact compares them as texts: --grader=code runs tests that stand in the columns names and tests, --template=code takes a set that brings its own',
    }
  const longest = Math.max(...golds.map((gold) => gold.length))
  return longest > 200
    ? {
        ...fallback,
        maxTokens: 512,
        why: 'the answers are long texts: hardly any will be met word for word, a judge or --grader=set-f1 may suit them better',
      }
    : fallback
}

/** Every gold answer as if a model had given it: what its own grader does not pass is named. */
export async function golds100(
  options: TableOptions,
  grader: string,
): Promise<{ graded: number; wrong: { task: string; gold: string; reason: string }[] }> {
  try {
    const { tasks } = await readTable({ ...options, grader })
    const taskset = table({ ...options, grader })
    const wrong: { task: string; gold: string; reason: string }[] = []
    for (const task of tasks) {
      const { passed, reason } = await taskset.grade(task, task.reference)
      if (!passed) wrong.push({ task: task.id, gold: task.reference, reason })
    }
    return { graded: tasks.length, wrong }
  } catch (error) {
    return { graded: 0, wrong: [{ task: '', gold: '', reason: (error as Error).message }] }
  }
}
