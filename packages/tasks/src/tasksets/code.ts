import type { Split, Task, Taskset } from '@whetstone/core'
import { plugin } from '@whetstone/core'
import { CodeProblem, gradeCode, type Language } from '@whetstone/grading'
import { z } from 'zod'
import { fixedTaskset } from '../fixed-taskset.ts'
import type { SmallProblem } from '../code/problem.ts'
import { smallProblems } from '../code/small-problems.ts'

const titles: Record<Language, string> = { python: 'Python', javascript: 'JavaScript' }

/**
 * Small programming tasks of our own, from FizzBuzz to edit distance, each in Python and in JavaScript; hidden tests decide. A problem's two
 * languages share a cluster and a split.
 */
const code = plugin({
  name: 'code',
  about: `${smallProblems.length} small programming problems in Python and JavaScript, graded by hidden tests in a sandbox; our own, MIT`,
  settings: z.strictObject({
    languages: z
      .array(z.enum(['python', 'javascript']))
      .readonly()
      .default(['python', 'javascript']),
  }),
  make: ({ languages }): Taskset =>
    fixedTaskset({
      name: 'code',
      about: code.about,
      instruction: 'Answer with the whole function in one code block.',
      levels: [1, 2, 3],
      read: () => smallProblems.flatMap((problem, i) => languages.map((language) => toTask(problem, language, splitOf(i)))),
      grade: (task, answer) => gradeCode({ problem: CodeProblem.parse(task.metadata), answer }),
    }),
})
export default code

/** Half of the problems train, a quarter validates, a quarter tests; in turn, so that every level has all. */
const splitOf = (index: number): Split => (['train', 'validation', 'train', 'test'] as const)[index % 4] as Split

function toTask(problem: SmallProblem, language: Language, split: Split): Task {
  const { key, level, cases } = problem
  const name = nameIn(language, problem.name)
  const lines = cases.map(([args, result]) => {
    const call = `${name}(${args.map((value) => literal(value, language)).join(', ')})`
    const expected = literal(result, language)
    return { call, expected, test: language === 'python' ? `assert ${call} == ${expected}` : `equal(${call}, ${expected})` }
  })
  const { call, expected } = lines[0] as { call: string; expected: string }
  const asked = `Write a ${titles[language]} function ${name}(${problem.parameters}) that ${problem.asks}`
  return {
    id: `code-${language}-${key}`,
    taskset: 'code',
    split,
    prompt: `${asked}\nExample: ${call} gives ${expected}`,
    reference: problem[language],
    level,
    cluster: key,
    metadata: { language, names: [name], tests: lines.map(({ test }) => test) } satisfies Partial<CodeProblem>,
  }
}

const nameIn = (language: Language, name: string) =>
  language === 'python' ? name : name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

/** A JSON value as the language writes it. */
function literal(value: unknown, language: Language): string {
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, language)).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${JSON.stringify(key)}: ${literal(item, language)}`)
      .join(', ')}}`
  }
  const text = JSON.stringify(value)
  return language === 'python' ? ({ null: 'None', true: 'True', false: 'False' }[text] ?? text) : text
}
