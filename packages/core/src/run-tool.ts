import { createWriteStream, existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { execa } from 'execa'
import { BadInput } from './bad-input.ts'
import { redact } from './redact.ts'

export type ToolRun = {
  /** Program: an absolute path, or a name found on PATH. */
  file: string
  args: readonly string[]
  /** Everything the tool prints is appended here. */
  logFile?: string
  /** Seconds; none when absent. */
  timeout?: number
  signal?: AbortSignal
  input?: string
  cwd?: string
  env?: Record<string, string>
  /** Called with each line of stderr, e.g. to draw progress. */
  onStderr?: (line: string) => void
  /** Let the tool draw its own progress bar on our terminal. */
  inheritStderr?: boolean
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

/** Runs a program to its end: argument vector, no shell, own process group (killed whole on abort, timeout, or our exit), stderr's tail in the error. Returns stdout. */
export async function runTool(run: ToolRun): Promise<string> {
  if (run.file.startsWith('/') && !existsSync(run.file)) throw new BadInput(`${run.file} not found: run \`npx nx run tools:build\``)
  run.signal?.throwIfAborted()
  const [file, args] = tethered(run.file, run.args)
  const child = execa(file, args, {
    detached: true,
    cleanup: false,
    reject: false,
    buffer: { stdout: true, stderr: false },
    stdin: run.input === undefined ? 'ignore' : 'pipe',
    stderr: run.inheritStderr ? ['pipe', 'inherit'] : 'pipe',
    input: run.input,
    cwd: run.cwd,
    env: run.env,
  })
  const stop = () => killGroup(child.pid)
  const stopOnExit = () => killGroup(child.pid, 'SIGKILL')
  let hardStop: NodeJS.Timeout | undefined
  let timedOut = false
  const abort = () => {
    stop()
    // A tool may write a checkpoint on SIGTERM; what has not ended by then is killed.
    hardStop = setTimeout(stopOnExit, 15_000)
  }
  const timer = run.timeout === undefined ? undefined : setTimeout(() => ((timedOut = true), abort()), run.timeout * 1000)
  run.signal?.addEventListener('abort', abort, { once: true })
  process.once('exit', stopOnExit)
  if (run.logFile) {
    mkdirSync(dirname(run.logFile), { recursive: true })
    const log = createWriteStream(run.logFile, { flags: 'a' })
    log.on('error', () => {}) // a log that cannot be written must not take the work down
    log.write(
      `$ ${[run.file, ...run.args].map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? redact(arg) : JSON.stringify(redact(arg)))).join(' ')}\n`,
    )
    child.stderr?.pipe(log)
  }
  const tail: string[] = []
  let partial = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (partial + text).split(/\r?\n|\r/)
    partial = lines.pop() ?? ''
    for (const line of lines) {
      run.onStderr?.(line)
      tail.push(line)
      if (tail.length > 20) tail.shift()
    }
  })
  try {
    const result = await child
    run.signal?.throwIfAborted()
    if (result.exitCode === 0) return result.stdout as string
    const name = run.file.split('/').pop()
    const last = [...tail, partial].filter((line) => line.trim() !== '').slice(-8)
    if (timedOut)
      throw new BadInput(`${name} was stopped after ${run.timeout} s without finishing${run.logFile ? `: see ${run.logFile}` : ''}`)
    const own = last.find((line) => line.startsWith(`${name}: `))
    if (result.exitCode === 1 && own) throw new BadInput(own)
    if (result.code === 'ENOENT') throw new BadInput(`${name} not found: install it or put it on PATH`)
    throw new Error(
      `${name} ended with ${result.exitCode === undefined ? `signal ${result.signal}` : `exit code ${result.exitCode}`}: ${run.file} ${run.args.join(' ')}\n${last.join('\n')}`,
    )
  } finally {
    clearTimeout(timer)
    clearTimeout(hardStop)
    run.signal?.removeEventListener('abort', abort)
    process.off('exit', stopOnExit)
    killGroup(child.pid, 'SIGKILL') // whatever the tool started and left behind
  }
}
