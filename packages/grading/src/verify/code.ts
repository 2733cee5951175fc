import { availableParallelism } from 'node:os'
import type { Grade } from '@whetstone/core'
import { chooseSandbox } from '../sandboxes/choose-sandbox.ts'
import type { Limits, Sandbox } from '../sandboxes/sandbox.ts'
import { limits as defaults } from '../sandboxes/sandbox.ts'
import { tryProgram, type TrialResult } from '../sandboxes/trial.ts'
import { codeSources } from './code-sources.ts'
import type { CodeProblem } from './code-problem.ts'

export type CodeAttempt = {
  problem: CodeProblem
  /** The model's text, reasoning stripped. */
  answer: string
  /** The first that works for the language on this machine, when absent. */
  sandbox?: Sandbox
  limits?: Limits
}

/**
 * Grades a program by its outcome: all tests pass, or it has failed. It runs in a sandbox and nowhere else, and the reason names which. At
 * most one program per processor runs at a time; calls beyond that wait. Throws only where no sandbox works or the task's own tests do not
 * compile.
 */
export async function gradeCode({ problem, answer, sandbox, limits = defaults }: CodeAttempt): Promise<Grade> {
  const sources = codeSources(answer, problem)
  if (sources === null) {
    return { reward: 0, passed: false, parts: { answer: 0, tests: 0 }, reason: 'no answer', feedback: 'No code was found.' }
  }
  const { names, setup, tests } = problem
  const chosen = sandbox ?? (await chooseSandbox(problem.language))
  const result = await inTurn(() => tryProgram(chosen, { sources, names, setup, tests }, limits))
  const score = result.passed ? 1 : 0
  return {
    reward: score,
    passed: result.passed,
    parts: { answer: score, tests: result.tests.passed / result.tests.total },
    reason: `${result.reason} (${result.sandbox})`,
    feedback: result.passed ? '' : advise(result, limits),
  }
}

/** What the solver may learn: its own exception and how many tests passed, never the tests. */
function advise({ reason, detail, tests }: TrialResult, limits: Limits): string {
  const count = tests.total > 1 ? ` ${tests.passed} of ${tests.total} tests passed.` : ''
  if (reason === 'raised an exception') return `The code raised ${detail}.${count}`
  if (reason === 'did not load') return `The code does not run: ${detail}.`
  if (reason === 'out of time') return `The code did not finish within ${limits.seconds} s.`
  if (reason === 'wrong answer') return `The code returned a wrong result.${count}`
  return `The code failed: ${reason}.`
}

const waiting: (() => void)[] = []
let running = 0
/** Runs the work when one of the processors is free, in the order of the calls. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= availableParallelism()) await new Promise<void>((resolve) => waiting.push(resolve))
  else running++
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}
