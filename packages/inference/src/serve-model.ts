import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { BadInput, startTool, type Tool } from '@whetstone/core'

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
 * when our process exits, and, on Linux, when our process is killed outright (see startTool).
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
        current.tool.kill()
        const { how } = await current.tool.ended
        if (closed) throw new Error('llama-server was closed')
        if (++restarts > maxRestarts)
          throw new BadInput(
            `llama-server died ${restarts} times (last: ${ownLine(current.tool) ?? how})${serving.logFile ? `: see ${serving.logFile}` : ''}`,
          )
        current = await start(serving)
        return current
      } finally {
        starting = undefined
      }
    })())

  return {
    async address(suspect, signal) {
      if (closed) throw new Error('llama-server was closed')
      const { tool, url, over } = current
      // While its health was asked for, somebody else may have replaced it.
      if (!starting && (over() || (suspect && !(await isHealthy(url, signal)))) && current.tool === tool) await restart()
      await starting
      signal.throwIfAborted()
      return current.url
    },
    async [Symbol.asyncDispose]() {
      if (closed) return
      closed = true
      await starting?.catch(() => {})
      current.tool.stop()
      const killed = setTimeout(current.tool.kill, 5000)
      await current.tool.ended
      clearTimeout(killed)
    },
  }
}

type Running = { tool: Tool; url: string; over: () => boolean }

/**
 * Starts the program and waits for its health. Between the choice of a port and the server's start somebody may take the port: then another
 * one is tried.
 */
async function start(serving: Serving, tries = 3): Promise<Running> {
  const port = serving.port ?? (await freePort())
  const tool = startTool({
    file: serving.binary,
    args: [...serving.args, '--host', '127.0.0.1', '--port', String(port)],
    logFile: serving.logFile,
  })
  let ended = false
  void tool.ended.then(() => (ended = true))
  const running = { tool, url: `http://127.0.0.1:${port}`, over: () => ended }
  try {
    const over = await whenHealthy(running, serving.signal)
    if (over === undefined) return running
    if (tries > 1 && tool.tail.some((line) => /couldn't bind|address already in use/i.test(line))) return await start(serving, tries - 1)
    const own = ownLine(tool)
    if (own !== undefined) throw new BadInput(own)
    const errors = tool.tail.filter((line) => /error|fail|invalid/i.test(line))
    const said = (errors.length > 0 ? errors : tool.tail)
      .slice(-3)
      .map((line) => line.trim().slice(0, 200))
      .join(' | ')
    throw new BadInput(`llama-server did not start (${over}): ${said || 'it said nothing'}`)
  } catch (error) {
    tool.kill()
    await tool.ended
    throw error
  }
}

/** What our checks in the server said when they ended it: of its file, or its chat template. */
const ownLine = ({ tail }: Tool) => tail.findLast((line) => /^llama-server: \S/.test(line))

/** Undefined once the server answers; what happened to it if it never does. */
async function whenHealthy({ url, tool }: Running, signal: AbortSignal | undefined): Promise<string | undefined> {
  const until = performance.now() + loadLimit * 1000
  while (performance.now() < until) {
    const over = await Promise.race([tool.ended, sleep(50, undefined, signal ? { signal } : {})])
    if (over !== undefined) return over.how
    if (await isHealthy(url, signal)) return undefined
  }
  return `its model was not loaded within ${loadLimit} s`
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
