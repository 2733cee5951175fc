import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import S3rver from 's3rver'

/** What a test may do to a request before the server sees it; true: it was answered (or cut). */
export type Meddle = (request: IncomingMessage, response: ServerResponse) => boolean

/** s3rver, a real S3 server on a folder, for tests; the environment's AWS variables point to it until it is disposed. */
export async function s3Server(bucket: string, meddle: { with?: Meddle } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-s3-'))
  const s3 = new S3rver({ directory: folder, silent: true, configureBuckets: [{ name: bucket, configs: [] }] })
  await s3.configureBuckets()
  const handler = s3.getMiddleware() as unknown as (request: IncomingMessage, response: ServerResponse, next: () => void) => void
  const server = createServer((request, response) => {
    if (meddle.with?.(request, response)) return
    handler(request, response, () => response.writeHead(404).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const names = ['AWS_ENDPOINT_URL_S3', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']
  const before = names.map((name) => process.env[name])
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: `http://${host}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'S3RVER',
    AWS_SECRET_ACCESS_KEY: 'S3RVER',
  })
  return {
    host,
    folder,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      for (const [i, name] of names.entries())
        if (before[i] === undefined) delete process.env[name]
        else process.env[name] = before[i]
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
