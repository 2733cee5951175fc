import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Why tests of the queue cannot run here, or null. */
export const withoutRedis = (): string | null =>
  spawnSync('redis-server', ['--version']).status === 0 ? null : 'redis-server not found: apt-get install redis-server'

const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })

/** A Redis of a test's own, behind a line that can be cut. */
export async function redisServer({ password, persistent = false }: { password?: string; persistent?: boolean } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-redis-'))
  const port = await freePort()
  let child: ChildProcess
  const start = async () => {
    const args = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
      '--appendonly',
      persistent ? 'yes' : 'no',
      '--appendfsync',
      'always',
    ]
    child = spawn('redis-server', [...args, ...(password ? ['--requirepass', password] : [])], { stdio: 'ignore' })
    for (;;) {
      const up = await new Promise<boolean>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(`${password ? `AUTH ${password}\r\n` : ''}PING\r\n`))
        socket
          .on('data', (data) => (socket.destroy(), resolve(/PONG/.test(String(data)) || Boolean(password))))
          .on('error', () => resolve(false))
      })
      if (up) return
      await sleep(30)
    }
  }
  const stop = (signal: NodeJS.Signals) =>
    new Promise<void>((resolve) => {
      child.once('close', () => resolve())
      child.kill(signal)
    })
  await start()
  const sockets = new Set<Socket>()
  let cut = false
  const line = createServer((near) => {
    if (cut) return near.destroy()
    const far = connect(port, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {}).on('close', () => (sockets.delete(one), other.destroy()))
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve))
  const { port: linePort } = line.address() as AddressInfo
  return {
    url: `redis://127.0.0.1:${port}`,
    /** The same by a line that `cut` cuts. */
    line: `redis://127.0.0.1:${linePort}`,
    port,
    async restart() {
      await stop('SIGKILL')
      await start()
    },
    stop: () => stop('SIGKILL'),
    start,
    /** Cuts all connections of the line, and refuses new ones until it is told otherwise. */
    cut(now: boolean) {
      cut = now
      if (now) for (const socket of sockets) socket.destroy()
    },
    async [Symbol.asyncDispose]() {
      line.close()
      for (const socket of sockets) socket.destroy()
      if (child.exitCode === null && child.signalCode === null) await stop('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
