import type { Cell } from './cell.ts'
import { giveBack, startBoth } from './judges.ts'
import { limits as defaults, type Limits, type Sandbox } from './sandbox.ts'

export type Trial = {
  /** What is tried: source texts that run one after the other in one module. The last is the model's. */
  sources: readonly string[]
  /** Names that the sources must define; only these can be used by the tests. */
  names: readonly string[]
  /** Run before the tests in the judge, e.g. functions of the task's own that the tests use. */
  setup: string
  /** Sources run one after the other in the judge; each passes by running to its end. */
  tests: readonly string[]
}

/** `ended early`: the process was gone before it answered. `spoke out of turn`: it wrote something into the channel that is no answer. */
export type Reason =
  | 'correct'
  | 'wrong answer'
  | 'raised an exception'
  | 'did not load'
  | 'out of time'
  | 'too much output'
  | 'ended early'
  | 'spoke out of turn'

export type TrialResult = {
  passed: boolean
  /** Tests passed, of all. */
  tests: { passed: number; total: number }
  reason: Reason
  /** The exception that the program raised or why it did not load, in the program's own words; empty otherwise. */
  detail: string
  sandbox: string
  seconds: number
}

/**
 * Tries a program in a sandbox. The program and the tests run in two separate confined processes, and we carry the calls and the plain
 * values of the results between them. The verdict is written by a process in which nothing of the program's ever runs, on a channel which
 * the program does not have: so there is no token to steal and no harness to patch, and the program cannot read the tests or what they
 * expect. A program that fails, hangs or attacks gets a verdict; only a sandbox that does not start, or tests that do not compile, throw.
 */
export async function tryProgram(sandbox: Sandbox, trial: Trial, limits: Limits = defaults): Promise<TrialResult> {
  const [program, judge] = await startBoth(sandbox, limits)
  const started = performance.now()
  let late = false
  const clock = setTimeout(() => ((late = true), program.kill(), judge.kill()), limits.seconds * 1000)
  try {
    const { reason, detail = '', passed = 0 } = await converse(program, judge, trial)
    const final = late ? 'out of time' : program.overflowed ? 'too much output' : reason
    return {
      passed: final === 'correct',
      tests: { passed, total: trial.tests.length },
      reason: final,
      detail: detail.slice(0, 400),
      sandbox: sandbox.name,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    clearTimeout(clock)
    if (judge.busy) program.kill()
    else program.end()
    giveBack(sandbox, judge)
  }
}

type Finding = { reason: Reason; detail?: string; passed?: number }

/** Loads the program, hands the tests to the judge and carries its calls over until it has a verdict. */
async function converse(program: Cell, judge: Cell, { sources, names, setup, tests }: Trial): Promise<Finding> {
  program.send(JSON.stringify({ sources, names }))
  const loaded = await program.receive()
  if (loaded === null) return { reason: 'ended early' }
  const reply = parse(loaded)
  if (reply === null) return { reason: 'spoke out of turn' }
  if ('error' in reply) return { reason: 'did not load', detail: `${reply['error']}: ${reply['message']}` }
  judge.busy = true
  // The program's own line goes on as it came: written anew, a deeply nested one could exhaust our stack.
  judge.send(`${JSON.stringify({ setup, tests, names }).slice(0, -1)},"program":${loaded}}`)
  for (;;) {
    const message = parse((await judge.receive()) ?? '')
    if (message === null) return { reason: 'ended early' }
    if ('ask' in message) {
      program.send(JSON.stringify(message['ask']))
      const answer = await program.receive()
      if (answer === null) return { reason: 'ended early' }
      if (parse(answer) === null) return { reason: 'spoke out of turn' }
      judge.send(answer)
      continue
    }
    judge.busy = false
    if ('broken' in message) throw new Error(`The tests do not run (${message['broken']}): mend the task's setup or tests`)
    const passed = Number(message['passed'])
    if (passed === tests.length && passed > 0) return { reason: 'correct', passed }
    if (message['raised']) return { reason: 'raised an exception', detail: String(message['raised']), passed }
    return { reason: 'wrong answer', passed }
  }
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
