import { createWriteStream, existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { makeFolder } from './make-folder.ts'
import { BadInput } from './bad-input.ts'
import { redact } from './redact.ts'

/** Read at the first start of a tool: it is a third of what importing this package costs, and most commands and tests start none. */
const loadExeca = () => (createRequire(import.meta.url)('execa') as typeof import('execa')).execa

export type ToolStart = {
  /** Program: an absolute path, or a name found on PATH. */
  file: string
  args: readonly string[]
  /** The command and everything the tool says on stderr is appended here. */
  logFile?: string
  signal?: AbortSignal
  cwd?: string
  env?: Record<string, string>
  /** Called with each line of stderr, e.g. to draw progress. */
  onStderr?: (line: string) => void
  /** Let the tool draw its own progress bar on our terminal. */
  inheritStderr?: boolean
  /** Whether somebody writes to it and reads from it; a pipe that nobody reads would stop it. */
  pipes?: readonly ('stdin' | 'stdout')[]
}

/** How a tool ended; `failure` says it in words, as a BadInput where the tool refused what the user gave it, null after exit code 0. */
export type Ending = { how: string; failure: Error | null }

/** A running tool. */
export type Tool = {
  readonly pid: number | undefined
  readonly stdin: Writable
  readonly stdout: Readable
  /** The last lines of its stderr, forty at most; they go on changing. */
  readonly tail: readonly string[]
  /** Resolves when it has ended and all it said was read; never rejects. */
  readonly ended: Promise<Ending>
  /** Asks it to end: a tool may write a checkpoint. What has not ended 15 seconds later is killed. */
  stop(): void
  kill(): void
}

/** The child's death follows ours even when we are killed outright: Linux delivers a signal on the parent's death (util-linux setpriv). */
const deathSignal = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--'] : []

/** The argument vector which starts a program so that it cannot outlive us. */
export function tethered(file: string, args: readonly string[]): [string, string[]] {
  const [first, ...rest] = [...deathSignal, file, ...args]
  return [first as string, rest]
}

/** Kills a child with all its descendants that stayed in its process group. */
export function killGroup(pid: number | undefined, signal: NodeJS.Signals = 'SIGTERM'): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // already gone
  }
}

/** Starts a program: argument vector, no shell, own process group, which is stopped on abort and killed whole on our exit and when the program has ended. */
export function startTool(start: ToolStart): Tool {
  const { pipes = [] } = start
  if (start.file.startsWith('/') && !existsSync(start.file)) throw new BadInput(`${start.file} not found: run \`npx nx run tools:build\``)
  start.signal?.throwIfAborted()
  const [file, args] = tethered(start.file, start.args)
  const child = loadExeca()(file, args, {
    detached: true,
    cleanup: false,
    reject: false,
    buffer: false,
    stdin: pipes.includes('stdin') ? 'pipe' : 'ignore',
    stdout: pipes.includes('stdout') ? 'pipe' : 'ignore',
    stderr: start.inheritStderr ? ['pipe', 'inherit'] : 'pipe',
    cwd: start.cwd,
    env: start.env,
  })
  child.stdin?.on('error', () => {}) // its death is told by its end
  let over = false // its number may be another's by then
  const kill = () => {
    if (!over) killGroup(child.pid, 'SIGKILL')
  }
  let hardStop: NodeJS.Timeout | undefined
  const stop = () => {
    if (over) return
    killGroup(child.pid)
    hardStop ??= setTimeout(kill, 15_000)
  }
  start.signal?.addEventListener('abort', stop, { once: true })
  process.once('exit', kill)
  if (start.logFile) writeLog(child.stderr as Readable, start as ToolStart & { logFile: string })
  const tail = keepTail(child.stderr as Readable, start.onStderr)
  const ended = child.then(({ exitCode, signal, code }): Ending => {
    clearTimeout(hardStop)
    start.signal?.removeEventListener('abort', stop)
    process.off('exit', kill)
    kill() // whatever the tool started and left behind
    over = true
    const how = exitCode === undefined ? (signal === undefined ? String(code) : `signal ${signal}`) : `exit code ${exitCode}`
    return {
      how,
      failure: exitCode === 0 ? null : failureOf(start, { how, missing: code === 'ENOENT' || isMissing(exitCode, tail) }, tail),
    }
  })
  return { pid: child.pid, stdin: child.stdin as Writable, stdout: child.stdout as Readable, tail, ended, stop, kill }
}

const isMissing = (exitCode: number | undefined, tail: readonly string[]) =>
  exitCode === 127 && tail.some((line) => line.startsWith('setpriv: failed to execute'))

/** The tool's own line where it said what is wrong, else how it ended, its command and the last it said. */
function failureOf({ file, args }: ToolStart, { how, missing }: { how: string; missing: boolean }, tail: readonly string[]): Error {
  const name = basename(file)
  if (missing) return new BadInput(`${name} not found: install it or put it on PATH`)
  const own = tail.findLast((line) => line.startsWith(`${name}: `))
  if (own !== undefined && how === 'exit code 1') return new BadInput(own)
  return new Error(`${name} ended with ${how}: ${file} ${args.join(' ')}\n${tail.slice(-8).join('\n')}`)
}

function writeLog(stderr: Readable, { logFile, file, args }: ToolStart & { logFile: string }): void {
  makeFolder(dirname(logFile))
  const log = createWriteStream(logFile, { flags: 'a' })
  log.on('error', () => {}) // a log that cannot be written must not take the work down
  log.write(`$ ${[file, ...args].map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? redact(arg) : JSON.stringify(redact(arg)))).join(' ')}\n`)
  stderr.pipe(log)
}

function keepTail(stderr: Readable, onLine?: (line: string) => void): string[] {
  const tail: string[] = []
  const keep = (line: string) => {
    if (line.trim() !== '') tail.push(line)
    if (tail.length > 40) tail.shift()
  }
  let partial = ''
  stderr
    .setEncoding('utf8')
    .on('data', (text: string) => {
      const lines = (partial + text).split(/\r?\n|\r/)
      partial = lines.pop() ?? ''
      for (const line of lines) {
        onLine?.(line)
        keep(line)
      }
    })
    .on('end', () => keep(partial))
  return tail
}
