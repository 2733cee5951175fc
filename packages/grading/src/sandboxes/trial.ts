import type { Cell } from './cell.ts'
import { limits as defaults, type Limits, type Sandbox } from './sandbox.ts'

export type Trial = {
  /** What the model wrote, as one source file. */
  source: string
  /** Names that the source must define; only these can be used by the tests. */
  names: readonly string[]
  /** Run before the tests in the judge, e.g. functions of the task's own that the tests use. */
  setup: string
  /** Sources run one after the other in the judge; each passes by running to its end. */
  tests: readonly string[]
}

export type Verdict = {
  passed: boolean
  /** Tests passed, of all. */
  tests: { passed: number; total: number }
  /** `passed`, `wrong answer`, `raised <exception>: <message>`, `did not load: ...`, `out of time`, `too much output`, `ended before it answered`. */
  reason: string
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
export async function tryProgram(sandbox: Sandbox, trial: Trial, limits: Limits = defaults): Promise<Verdict> {
  const cells = await Promise.all([sandbox.start('program', limits), sandbox.start('judge', limits)])
  const [program, judge] = cells
  const killAll = () => cells.forEach((cell) => cell.kill())
  try {
    await Promise.all(cells.map((cell) => ready(sandbox, cell)))
    const started = performance.now()
    let late = false
    const clock = setTimeout(() => ((late = true), killAll()), limits.seconds * 1000)
    const verdict = (found: string, passed = 0): Verdict => {
      const reason = late ? 'out of time' : program.overflowed ? 'too much output' : found
      return {
        passed: reason === 'passed',
        tests: { passed, total: trial.tests.length },
        reason,
        sandbox: sandbox.name,
        seconds: (performance.now() - started) / 1000,
      }
    }
    try {
      program.send(JSON.stringify({ source: trial.source, names: trial.names }))
      const loaded = await program.receive()
      if (loaded === null) return verdict('ended before it answered')
      const reply = parse(loaded)
      if (reply === null) return verdict('spoke out of turn')
      if ('error' in reply) return verdict(`did not load: ${reply['error']}: ${reply['message']}`)
      // The program's own line goes on as it came: written anew, a deeply nested one could exhaust our stack.
      judge.send(`${JSON.stringify({ setup: trial.setup, tests: trial.tests, names: trial.names }).slice(0, -1)},"program":${loaded}}`)
      for (;;) {
        const message = parse((await judge.receive()) ?? '')
        if (message === null) return verdict('ended before it answered')
        if ('broken' in message) throw new Error(`The tests do not run (${message['broken']}): mend the task's setup or tests`)
        if ('ask' in message) {
          program.send(JSON.stringify(message['ask']))
          const answer = await program.receive()
          if (answer === null) return verdict('ended before it answered')
          if (parse(answer) === null) return verdict('spoke out of turn')
          judge.send(answer)
        } else {
          const passed = Number(message['passed'])
          return passed === trial.tests.length && passed > 0 ? verdict('passed', passed) : verdict(String(message['failure']), passed)
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
