import { spawn, type ChildProcess, type ChildProcessByStdio, type StdioOptions } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { killGroup } from '@whetstone/core'

/** One confined interpreter: a process that is spoken to in lines. */
export type Cell = {
  send(line: string): void
  /** The next line; null once the process has ended, was killed, or wrote more than it may (see `overflowed`). */
  receive(): Promise<string | null>
  readonly overflowed: boolean
  /** Characters sent to it since it started. */
  readonly sent: number
  /** The tail of stderr, for errors of the sandbox's own. */
  readonly complaint: string
  /** Set by its user while an answer is due; a busy cell cannot be used for something else. */
  busy: boolean
  /** Lets it wait for its next use: it does not keep our process alive, and what it may write counts anew. False when it has ended. */
  rest(): boolean
  /** The reverse of rest. False when it has ended meanwhile. */
  wake(): boolean
  /**
   * Closes its input, at which an honest interpreter ends by itself and leaves no zombie to be reaped; what still runs a second later is
   * killed.
   */
  end(): void
  /** Kills the process with all its descendants. */
  kill(): void
}

/** Lines that a cell may send before anybody waits for one. An honest one sends none. */
const unasked = 64

const alive = new Set<ChildProcess>()
process.on('exit', () => alive.forEach((child) => killGroup(child.pid, 'SIGKILL')))

/**
 * Starts a program as a cell: argument vector, empty environment, own process group.
 * @param options.output bytes it may write to stdout and stderr together before it is killed
 * @param options.handed what the child can read from its descriptor 3
 */
export function openCell([program, ...args]: readonly string[], options: { output: number; handed?: Uint8Array }): Cell {
  const stdio: StdioOptions = ['pipe', 'pipe', 'pipe', options.handed ? 'pipe' : 'ignore']
  const child = spawn(program as string, args, { detached: true, env: {}, cwd: '/', stdio }) as ChildProcessByStdio<
    Writable,
    Readable,
    Readable
  >
  alive.add(child)
  if (options.handed) (child.stdio[3] as unknown as Writable).on('error', () => {}).end(options.handed)
  const lines: string[] = []
  const waiting: ((line: string | null) => void)[] = []
  let partial: Buffer[] = []
  let written = 0
  let ended = false
  let complaint = ''
  const handles = [child, child.stdin, child.stdout, child.stderr] as unknown as { ref(): void; unref(): void }[]
  const cell = {
    overflowed: false,
    busy: false,
    sent: 0,
    get complaint() {
      return complaint
    },
    send(line: string) {
      cell.sent += line.length
      if (!ended) child.stdin.write(`${line}\n`)
    },
    receive() {
      const line = lines.shift()
      if (line !== undefined) return Promise.resolve(line)
      return ended ? Promise.resolve(null) : new Promise<string | null>((resolve) => waiting.push(resolve))
    },
    rest() {
      written = 0
      for (const handle of handles) handle.unref()
      return !ended
    },
    wake() {
      for (const handle of handles) handle.ref()
      return !ended
    },
    end() {
      finish()
      child.stdin.end()
      setTimeout(() => cell.kill(), 1000).unref()
    },
    kill() {
      finish()
      if (alive.has(child)) killGroup(child.pid, 'SIGKILL')
    },
  }
  function finish() {
    ended = true
    for (const resolve of waiting.splice(0)) resolve(null)
  }
  function take(line: string) {
    const resolve = waiting.shift()
    if (resolve) resolve(line)
    else if (lines.push(line) > unasked) overflow()
  }
  function overflow() {
    if (ended) return
    cell.overflowed = true
    cell.kill()
  }
  function withinLimit(chunk: Buffer) {
    written += chunk.length
    if (written > options.output) overflow()
    return !ended
  }
  child.stdout.on('data', (chunk: Buffer) => {
    if (!withinLimit(chunk)) return
    let from = 0
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      take(Buffer.concat([...partial, chunk.subarray(from, at)]).toString())
      partial = []
      from = at + 1
    }
    if (from < chunk.length) partial.push(chunk.subarray(from))
  })
  child.stderr.on('data', (chunk: Buffer) => {
    if (withinLimit(chunk)) complaint = (complaint + chunk.toString()).slice(-2000)
  })
  child.stdin.on('error', () => {}) // it ended before it had read all: receive tells
  child.on('error', (error) => ((complaint = error.message), finish()))
  child.on('close', () => (alive.delete(child), finish()))
  return cell
}
