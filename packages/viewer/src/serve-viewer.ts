import { createAdaptorServer } from '@hono/node-server'
import type { AddressInfo } from 'node:net'
import { BadInput } from '@whetstone/core'
import { saveNoIndexes } from '@whetstone/runs'
import { viewerApp } from './viewer-app.ts'

/** Ports tried after the one asked for. */
const tries = 20

/** Serves the pages on 127.0.0.1, on the port asked for or the next that is free, until the signal. */
export async function serveViewer({
  port,
  signal,
  files = [],
}: {
  port: number
  signal: AbortSignal
  /** Result files that may be compared beside runs. */
  files?: readonly string[]
}): Promise<{ url: string; closed: Promise<void> }> {
  saveNoIndexes()
  const hosts: string[] = []
  const server = createAdaptorServer({ fetch: viewerApp(hosts, files).fetch })
  for (let at = port; ; at++) {
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      server.once('error', resolve)
      server.listen(at, '127.0.0.1', () => {
        server.off('error', resolve)
        resolve(null)
      })
    })
    if (!error) break
    if (error.code !== 'EADDRINUSE' || at >= port + tries || at >= 65535)
      throw new BadInput(`Port ${at} cannot be used (${error.code ?? error.message}): name another with --port=N`)
  }
  const bound = (server.address() as AddressInfo).port
  hosts.push(`127.0.0.1:${bound}`, `localhost:${bound}`)
  const closed = new Promise<void>((resolve) => server.on('close', resolve))
  signal.addEventListener('abort', () => {
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${bound}/`, closed }
}
