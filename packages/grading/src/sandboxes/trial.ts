import type { Cell } from './cell.ts'
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

export type TrialResult = {
  passed: boolean
  /** Tests passed, of all. */
  tests: { passed: number; total: number }
  reason: 'correct' | 'wrong answer' | 'raised an exception' | 'did not load' | 'out of time' | 'too much output' | 'ended early' | 'spoke out of turn'
  /** The exception that the program raised or why it did not load, in the program's own words; empty otherwise. */
  detail: string
  sandbox: string
  seconds: number
}

/** Seconds for an interpreter to stand ready; what takes longer is the machine's fault, never the program's. */
const patience = 60

/**
 * Tries a program in a sandbox. The program and the tests run in two separate confined processes, and we carry the calls and the plain values of the
 * results between them. The verdict is written by a process in which nothing of the program's ever runs, on a channel which the program does not have: so there
 * is no token to steal and no harness to patch, and the program cannot read the tests or what they expect.
 * A program that fails, hangs or attacks gets a verdict; only a sandbox that does not start, or tests that do not compile, throw.
 */
export async function tryProgram(sandbox: Sandbox, trial: Trial, limits: Limits = defaults): Promise<TrialResult> {
  const cells = await Promise.all([sandbox.start('program', limits), sandbox.start('judge', limits)])
  const [program, judge] = cells
  const killAll = () => cells.forEach((cell) => cell.kill())
  try {
    await Promise.all(cells.map((cell) => ready(sandbox, cell)))
    const started = performance.now()
    let late = false
    const clock = setTimeout(() => ((late = true), killAll()), limits.seconds * 1000)
    const result = (found: TrialResult['reason'], detail = '', passed = 0): TrialResult => {
      const reason = late ? 'out of time' : program.overflowed ? 'too much output' : found
      return {
        passed: reason === 'correct',
        tests: { passed, total: trial.tests.length },
        reason,
        detail: detail.slice(0, 400),
        sandbox: sandbox.name,
        seconds: (performance.now() - started) / 1000,
      }
    }
    try {
      program.send(JSON.stringify({ sources: trial.sources, names: trial.names }))
      const loaded = await program.receive()
      if (loaded === null) return result('ended early')
      const reply = parse(loaded)
      if (reply === null) return result('spoke out of turn')
      if ('error' in reply) return result('did not load', `${reply['error']}: ${reply['message']}`)
      // The program's own line goes on as it came: written anew, a deeply nested one could exhaust our stack.
      judge.send(`${JSON.stringify({ setup: trial.setup, tests: trial.tests, names: trial.names }).slice(0, -1)},"program":${loaded}}`)
      for (;;) {
        const message = parse((await judge.receive()) ?? '')
        if (message === null) return result('ended early')
        if ('broken' in message) throw new Error(`The tests do not run (${message['broken']}): mend the task's setup or tests`)
        if ('ask' in message) {
          program.send(JSON.stringify(message['ask']))
          const answer = await program.receive()
          if (answer === null) return result('ended early')
          if (parse(answer) === null) return result('spoke out of turn')
          judge.send(answer)
        } else {
          const passed = Number(message['passed'])
          if (passed === trial.tests.length && passed > 0) return result('correct', '', passed)
          return message['raised'] ? result('raised an exception', String(message['raised']), passed) : result('wrong answer', '', passed)
        }
      }
    } finally {
      clearTimeout(clock)
    }
  } finally {
    killAll()
  }
}

async function ready(sandbox: Sandbox, cell: Cell): Promise<void> {
  const clock = setTimeout(() => cell.kill(), patience * 1000)
  const line = await cell.receive()
  clearTimeout(clock)
  if (line !== '"ready"') throw new Error(`The ${sandbox.name} sandbox did not start: ${cell.complaint.trim().split('\n').at(-1) || `no answer in ${patience} s`}`)
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
