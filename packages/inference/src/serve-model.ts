import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BadInput, killGroup, tethered } from '@whetstone/core'

export type Serving = {
  binary: string
  /** Arguments but for the address. */
  args: readonly string[]
  /** Of 127.0.0.1; a free one when absent. */
  port?: number
  logFile?: string
  signal?: AbortSignal
}
/** A running server that is started again when it dies. */
export type Server = AsyncDisposable & {
  /**
   * Where it listens now; throws when it has died too often. A suspect server is asked for its health first, and replaced when it does not
   * answer.
   */
  address(suspect: boolean, signal: AbortSignal): Promise<string>
}

/** Deaths after which a server is given up. */
const maxRestarts = 5
/** Seconds a model may take to load. */
const loadLimit = 600

/**
 * Starts llama-server on 127.0.0.1 and waits until it is healthy. It cannot outlive us: it is killed when it is disposed,
 * when our process exits, and, on Linux, when our process is killed outright (see tethered).
 */
export async function serveModel(serving: Serving): Promise<Server> {
  if (!existsSync(serving.binary)) throw new BadInput(`${serving.binary} not found: run \`npx nx run tools:build --tool=llama-server\``)
  // whoever has the port would answer for our server when that is asked for its health
  if (serving.port !== undefined && (await freePort(serving.port).catch(() => null)) === null)
    throw new BadInput(`Port ${serving.port} of 127.0.0.1 is taken or may not be used: give another with --port=N`)
  let restarts = 0
  let closed = false
  let current = await start(serving)
  let starting: Promise<Running> | undefined

  const restart = () =>
    (starting ??= (async () => {
      try {
        killGroup(current.child.pid, 'SIGKILL')
        const said = await current.ended
        if (closed) throw new Error('llama-server was closed')
        if (++restarts > maxRestarts)
          throw new Error(`llama-server died ${restarts} times (last: ${said})${serving.logFile ? `: see ${serving.logFile}` : ''}`)
        current = await start(serving)
        return current
      } finally {
        starting = undefined
      }
    })())

  return {
    async address(suspect, signal) {
      if (closed) throw new Error('llama-server was closed')
      const { child, url } = current
      const dead = child.exitCode !== null || child.signalCode !== null
      // While its health was asked for, somebody else may have replaced it.
      if (!starting && (dead || (suspect && !(await isHealthy(url, signal)))) && current.child === child) await restart()
      await starting
      signal.throwIfAborted()
      return current.url
    },
    async [Symbol.asyncDispose]() {
      if (closed) return
      closed = true
      await starting?.catch(() => {})
      killGroup(current.child.pid, 'SIGTERM')
      const killed = setTimeout(() => killGroup(current.child.pid, 'SIGKILL'), 5000)
      await current.ended
      clearTimeout(killed)
      killGroup(current.child.pid, 'SIGKILL')
    },
  }
}

type Running = { child: ChildProcess; url: string; ended: Promise<string> }

/**
 * Starts the program and waits for its health. Between the choice of a port and the server's start somebody may take the port: then another
 * one is tried.
 */
async function start(serving: Serving, tries = 3): Promise<Running> {
  const port = serving.port ?? (await freePort())
  const [file, args] = tethered(serving.binary, [...serving.args, '--host', '127.0.0.1', '--port', String(port)])
  const child = spawn(file, args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  const stopOnExit = () => killGroup(child.pid, 'SIGKILL')
  process.once('exit', stopOnExit)
  child.once('close', () => process.off('exit', stopOnExit))
  const lines = keepLines(child, serving.logFile)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, killer) => resolve(killer ? `signal ${killer}` : `exit code ${code}`))
  })
  const running = { child, url: `http://127.0.0.1:${port}`, ended }
  try {
    const over = await whenHealthy(running, serving.signal)
    if (over === undefined) return running
    if (tries > 1 && lines.some((line) => /couldn't bind|address already in use/i.test(line))) return await start(serving, tries - 1)
    const errors = lines.filter((line) => /error|fail|invalid/i.test(line))
    const said = (errors.length > 0 ? errors : lines)
      .slice(-3)
      .map((line) => line.trim().slice(0, 200))
      .join(' | ')
    throw new BadInput(`llama-server did not start (${over}): ${said || 'it said nothing'}`)
  } catch (error) {
    killGroup(child.pid, 'SIGKILL')
    await ended
    throw error
  }
}

/** Undefined once the server answers; what happened to it if it never does. */
async function whenHealthy({ url, ended }: Running, signal: AbortSignal | undefined): Promise<string | undefined> {
  const until = performance.now() + loadLimit * 1000
  while (performance.now() < until) {
    const over = await Promise.race([ended, sleep(50, undefined, signal ? { signal } : {})])
    if (over !== undefined) return over
    if (await isHealthy(url, signal)) return undefined
  }
  return `its model was not loaded within ${loadLimit} s`
}

/** Copies stderr to the log; returns its last forty lines, which go on changing. */
function keepLines(child: ChildProcess, logFile: string | undefined): readonly string[] {
  const lines: string[] = []
  let partial = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const split = (partial + text).split('\n')
    partial = split.pop() ?? ''
    lines.push(...split.filter((line) => line.trim() !== ''))
    lines.splice(0, lines.length - 40)
  })
  if (logFile) {
    mkdirSync(dirname(logFile), { recursive: true })
    const log = createWriteStream(logFile, { flags: 'a' })
    log.on('error', () => {}) // a log that cannot be written must not take the work down
    child.stderr?.pipe(log)
  }
  return lines
}

async function isHealthy(url: string, signal?: AbortSignal): Promise<boolean> {
  const limit = AbortSignal.timeout(5000)
  try {
    const response = await fetch(`${url}/health`, { signal: signal ? AbortSignal.any([signal, limit]) : limit })
    await response.arrayBuffer()
    return response.ok
  } catch {
    signal?.throwIfAborted()
    return false
  }
}

/** A port that nobody listens on, or this one where that is so. */
function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
