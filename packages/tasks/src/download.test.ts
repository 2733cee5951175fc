import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, random } from '@whetstone/core'
import { download } from './download.ts'
import type { Download } from './download.ts'
import { fakeFileServer } from './fake-file-server.ts'
import type { Served } from './fake-file-server.ts'

process.env['WHETSTONE_PROGRESS'] = 'none'
const folder = mkdtempSync(join(tmpdir(), 'download-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const next = random(1)
const content = Uint8Array.from({ length: 300_000 }, () => Math.floor(next() * 256))
const sha256 = createHash('sha256').update(content).digest('hex')

let count = 0
async function fetchFile(served: Partial<Served>, options: Partial<Download> & { before?: (to: string, url: string) => void } = {}) {
  await using server = await fakeFileServer({ '/a b.bin': { content, ...served } })
  const url = `${server.url}/a%20b.bin`
  const to = join(folder, `case-${++count}`, 'file.bin')
  const { before, ...rest } = options
  mkdirSync(join(to, '..'), { recursive: true })
  before?.(to, url)
  const result = await download({ url, to, retries: 2, backoff: 0.01, ...rest }).then(
    (value) => value,
    (error: Error) => error,
  )
  const left = readdirSync(join(to, '..')).sort()
  return { result, requests: server.requests, to, left, whole: existsSync(to) && Buffer.compare(readFileSync(to), content) === 0 }
}
const good = { bytes: content.length, sha256 }
const ranges = (requests: { range: string | undefined }[]) => requests.map(({ range }) => range)

const test = suite('download')

test('fetches a file whole and leaves nothing beside it', async () => {
  for (const served of [{}, { chunked: true }, { tag: null }, { ranges: false }] as Partial<Served>[]) {
    const { result, whole, left } = await fetchFile(served, { sha256 })
    assert.equal(result, good)
    assert.ok(whole)
    assert.equal(left, ['file.bin'])
  }
})

test('goes on where a connection broke', async () => {
  const { result, whole, requests } = await fetchFile({ breakAfter: { bytes: 90_000, times: 3 } }, { retries: 1 })
  assert.equal(result, good)
  assert.ok(whole)
  assert.equal(ranges(requests), [undefined, 'bytes=90000-', 'bytes=180000-', 'bytes=270000-'])
})

test('begins again where the server has no ranges, or no tag to guard them', async () => {
  for (const served of [{ ranges: false }, { tag: null }, { tag: 'W/"1"' }] as Partial<Served>[]) {
    const { result, whole } = await fetchFile({ ...served, breakAfter: { bytes: 90_000, times: 2 } })
    assert.equal(result, good)
    assert.ok(whole)
  }
})

test('a part that an earlier run left is resumed, unless the file has changed', async () => {
  const left =
    (tag: string, bytes = content) =>
    (to: string, url: string) => {
      writeFileSync(`${to}.part`, bytes.subarray(0, 100_000))
      writeFileSync(`${to}.part.json`, JSON.stringify({ url, tag }))
    }
  const resumed = await fetchFile({}, { sha256, before: left(`"${content.length}"`) })
  assert.equal([resumed.result, ranges(resumed.requests)], [good, ['bytes=100000-']])
  const changed = await fetchFile({}, { sha256, before: left('"another"', new Uint8Array(300_000)) })
  assert.equal([changed.result, changed.whole], [good, true])
  const foreign = await fetchFile(
    {},
    { sha256, before: (to) => left(`"${content.length}"`, new Uint8Array(300_000))(to, 'http://elsewhere/') },
  )
  assert.equal([foreign.result, ranges(foreign.requests)], [good, [undefined]])
  const complete = await fetchFile(
    {},
    { sha256, before: (to, url) => (left(`"${content.length}"`)(to, url), writeFileSync(`${to}.part`, content)) },
  )
  assert.equal([complete.result, complete.requests.length], [good, 1])
})

test('a wrong checksum is tried once more, then refused and deleted', async () => {
  const { result, left, requests } = await fetchFile({}, { sha256: '0'.repeat(64) })
  assert.instance(result, BadInput)
  assert.match((result as Error).message, /arrived with sha256 [0-9a-f]{64}, not 0{64}/)
  assert.equal([left, requests.length], [[], 2])
  const damaged = await fetchFile(
    {},
    {
      sha256,
      before: (to, url) => {
        writeFileSync(`${to}.part`, new Uint8Array(100_000))
        writeFileSync(`${to}.part.json`, JSON.stringify({ url, tag: `"${content.length}"` }))
      },
    },
  )
  assert.equal([damaged.result, damaged.whole], [good, true], 'a damaged part is fetched anew')
})

test('errors that pass are waited for, others are one line', async () => {
  assert.equal((await fetchFile({ fail: { status: 503, times: 2 } })).result, good)
  // The server's word goes before our own back-off, which would be an hour here.
  assert.equal((await fetchFile({ fail: { status: 429, times: 1, headers: { 'retry-after': '1' } } }, { backoff: 3600 })).result, good)
  const cases: [number, RegExp][] = [
    [503, /cannot be fetched \(HTTP 503\): .*it resumes/],
    [404, /does not exist/],
    [401, /HF_TOKEN/],
    [403, /accept the licence/],
    [418, /was refused \(HTTP 418\)/],
  ]
  for (const [status, message] of cases) {
    const { result, left } = await fetchFile({ fail: { status, times: 99 } })
    assert.instance(result, BadInput)
    assert.match((result as Error).message, message)
    assert.not.match((result as Error).message, /\n/)
    assert.equal(left, [])
  }
  const nobody = await download({ url: 'http://127.0.0.1:9/x', to: join(folder, 'x'), retries: 1, backoff: 0.01 }).catch(
    (error: Error) => error,
  )
  assert.match((nobody as Error).message, /cannot be fetched \(.+\): check the network/)
})

test('a connection that says nothing is dropped and resumed', async () => {
  const { result, requests } = await fetchFile({ stallAfter: 50_000 }, { stall: 0.3 })
  assert.equal([result, ranges(requests)], [good, [undefined, 'bytes=50000-']])
})

test('stops when it is told to, and keeps what has come', async () => {
  const controller = new AbortController()
  const abort = async (to: string) => {
    while ((statSync(`${to}.part`, { throwIfNoEntry: false })?.size ?? 0) < 50_000) await sleep(10)
    controller.abort()
  }
  const { result, left } = await fetchFile({ stallAfter: 50_000 }, { signal: controller.signal, before: (to) => void abort(to) })
  assert.is((result as Error).name, 'AbortError')
  assert.equal(left, ['file.bin.part', 'file.bin.part.json'])
})

test('says beforehand that the disk is too small', async () => {
  const huge = createServer((_request, response) => response.writeHead(200, { 'content-length': String(2 ** 60) }).write('x')).listen(
    0,
    '127.0.0.1',
  )
  await new Promise((resolve) => huge.once('listening', resolve))
  const result = await download({ url: `http://127.0.0.1:${(huge.address() as { port: number }).port}/`, to: join(folder, 'huge') }).catch(
    (error: Error) => error,
  )
  huge.closeAllConnections()
  huge.close()
  assert.match((result as Error).message, /needs \d+ MB more in .*, \d+ MB are free/)
})

test.run()
