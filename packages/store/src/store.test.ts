import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Meddle } from './s3-server.ts'

// Everything that is written goes to a scratch folder; read before core is.
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-store-'))
process.env['WHETSTONE_ROOT'] = scratch
const { BadInput, hash, hashFile, paths } = await import('@whetstone/core')
const { blobKey, collectGarbage, mirrorRun, openStore, restoreRun } = await import('./index.ts')
const { s3Store } = await import('./s3-store.ts')
const { s3Server } = await import('./s3-server.ts')

const test = suite('store')
test.after(() => rmSync(scratch, { recursive: true, force: true }))

const failure = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: Error) => error,
  )
const message = async (work: Promise<unknown>) => (await failure(work))?.message ?? ''
const write = (name: string, content: string | Buffer) => {
  const file = join(scratch, name)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, content)
  return file
}

for (const kind of ['folder', 's3'] as const)
  test(`${kind}: what is stored comes back, what was altered is refused, what is not there is said`, async () => {
    await using server = kind === 's3' ? await s3Server('bucket') : null
    await using store = await openStore(server ? 's3://bucket/team' : join(scratch, 'shared'))
    const file = write('one.bin', 'content of a file')
    const sha256 = await hashFile(file)
    const key = blobKey(sha256)
    assert.is(await store.size(key), null)
    assert.is(await store.read('runs/none/manifest.json'), null)
    await store.put(key, file, { sha256 })
    await store.write('runs/r/manifest.json', '{}')
    assert.is(await store.size(key), 17)
    assert.equal(
      (await Array.fromAsync(store.list('blobs/'))).map((entry) => [entry.key, entry.bytes]),
      [[key, 17]],
    )
    await store.get(key, join(scratch, 'deep/er/back.bin'), { sha256 })
    assert.is(readFileSync(join(scratch, 'deep/er/back.bin'), 'utf8'), 'content of a file')

    const wrong = hash('something else')
    const put = await failure(store.put(blobKey(wrong), file, { sha256: wrong }))
    assert.instance(put, BadInput)
    assert.match(put?.message ?? '', /has SHA-256 .* was altered or cut, and is refused/)
    assert.is(await store.size(blobKey(wrong)), null)
    await store.write(key, 'content of A file')
    const got = await failure(store.get(key, join(scratch, 'altered.bin'), { sha256 }))
    assert.instance(got, BadInput)
    assert.match(got?.message ?? '', new RegExp(`${key}.* is refused`))
    assert.ok(await failure(hashFile(join(scratch, 'altered.bin'))), 'nothing was half-written')
    await store.remove(key)
    assert.is(await store.size(key), null)
    assert.match(await message(store.get(key, join(scratch, 'gone.bin'), { sha256 })), /mirror|holds no|refuses/)
  })

test('an upload that is cut in the middle goes on where it was', async () => {
  const parts: string[] = []
  let cut = true
  let forgotten = false
  const meddle: { with: Meddle } = {
    with: (request, response) => {
      const number = new URL(request.url as string, 'http://x').searchParams.get('partNumber')
      if (request.method !== 'PUT' || number === null) return false
      if (cut && Number(number) >= 3) return (request.socket.destroy(), true)
      if (forgotten) {
        forgotten = false
        response.writeHead(404).end('<Error><Code>NoSuchUpload</Code></Error>')
        return true
      }
      parts.push(number)
      return false
    },
  }
  await using _server = await s3Server('bucket', meddle)
  await using store = s3Store('s3://bucket', { part: 2 ** 20, tries: 1 })
  const file = write('large.bin', Buffer.alloc(5 * 2 ** 20 + 3, 'whetstone'))
  const sha256 = await hashFile(file)
  const failed = await failure(store.put('blobs/large', file, { sha256 }))
  assert.instance(failed, BadInput)
  assert.match(failed?.message ?? '', /127\.0\.0\.1:\d+ does not answer .*run the same command again/)
  assert.is(await store.size('blobs/large'), null)
  cut = false
  await store.put('blobs/large', file, { sha256 })
  assert.equal(parts, ['1', '2', '3', '4', '5', '6'])
  await store.get('blobs/large', join(scratch, 'large-back.bin'), { sha256 })

  // other content under way is another upload; one that the store has thrown away begins again
  cut = true
  parts.length = 0
  const next = write('large.bin', Buffer.alloc(5 * 2 ** 20 + 3, 'grindstone'))
  assert.ok(await failure(store.put('blobs/next', next, { sha256: await hashFile(next) })))
  cut = false
  forgotten = true
  await store.put('blobs/next', next, { sha256: await hashFile(next) })
  assert.equal(parts, ['1', '2', '1', '2', '3', '4', '5', '6'])
  await store.get('blobs/next', join(scratch, 'next-back.bin'), { sha256: await hashFile(next) })
})

test('what is wrong with a store is one line with its host, what to do, and no secret', async () => {
  const say = (status: number, code: string): { with: Meddle } => ({
    with: (_request, response) => {
      response
        .writeHead(status, { 'content-type': 'application/xml' })
        .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>key S3RVER-SECRET-VALUE</Message></Error>`)
      return true
    },
  })
  const file = write('small.bin', 'x')
  for (const [status, code, says] of [
    [400, 'ExpiredToken', /have expired: get new ones/],
    [403, 'InvalidAccessKeyId', /credentials are not right: check AWS_ACCESS_KEY_ID/],
    [403, 'SignatureDoesNotMatch', /credentials are not right/],
    [403, 'AccessDenied', /may not do this there/],
    [507, 'XMinioStorageFull', /bucket is full/],
    [403, 'QuotaExceeded', /bucket is full/],
    [404, 'NoSuchBucket', /no such bucket/],
    [418, 'Teapot', /refuses \(Teapot, HTTP 418\)/],
  ] as const) {
    await using server = await s3Server('bucket', say(status, code))
    await using store = s3Store('s3://bucket/p', { tries: 1 })
    const error = await failure(store.put('blobs/x', file, { sha256: await hashFile(file) }))
    assert.instance(error, BadInput, code)
    assert.match(error?.message ?? '', says)
    assert.ok(error?.message.startsWith(`s3://bucket/p at ${server.host}`), error?.message)
    assert.not.match(error?.message ?? '', /\n|S3RVER\b(?!-)/)
  }
  process.env['AWS_ENDPOINT_URL_S3'] = 'http://127.0.0.1:9'
  process.env['AWS_ACCESS_KEY_ID'] = 'a-key-id'
  process.env['AWS_SECRET_ACCESS_KEY'] = 'a-secret'
  await using nowhere = s3Store('s3://bucket', { tries: 1 })
  const error = await failure(nowhere.size('x'))
  assert.match(error?.message ?? '', /^s3:\/\/bucket at 127\.0\.0\.1:9 does not answer \(ECONNREFUSED\): check AWS_ENDPOINT_URL/)
  for (const url of ['s3://', 's3://Bad_Bucket/x', 'gs://bucket/x', 's3://key:a-secret@bucket/x']) {
    const refused = await failure(openStore(url))
    assert.instance(refused, BadInput, url)
    assert.not.match(refused?.message ?? '', /a-secret/)
  }
  for (const name of ['AWS_ENDPOINT_URL_S3', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name]
})

test('a server that breaks off, says nothing, answers as a login page, or tells wrong ETags: content comes whole or one line says why', async () => {
  const meddle: { with?: Meddle } = {}
  await using server = await s3Server('bucket', meddle)
  await using store = s3Store('s3://bucket/p', { part: 2 ** 20, tries: 1, patience: 0.5 })
  const bytes = 2 * 2 ** 20 + 5
  const file = write('two-parts.bin', Buffer.alloc(bytes, 'whet'))
  const sha256 = await hashFile(file)
  await store.put('blobs/x', file, { sha256 })
  const get = () => store.get('blobs/x', join(scratch, 'meddled.bin'), { sha256 })
  const put = () => store.put('blobs/y', file, { sha256 })
  let left = Infinity
  const breaksOff: Meddle = ({ method }, response) => {
    if (method !== 'GET' || left-- <= 0) return false
    response.writeHead(200, { 'content-length': bytes }).write(Buffer.alloc(1000))
    setTimeout(() => response.destroy(), 20)
    return true
  }
  const answers =
    (status: number, body = ''): Meddle =>
    (_request, response) => (response.writeHead(status).end(body), true)
  for (const [meddling, work, says] of [
    [breaksOff, get, /does not answer \(ECONNRESET\)/],
    [({ method }, response) => method === 'GET' && (response.end('short'), true), get, /has SHA-256 .* is refused/],
    [() => true, get, /does not answer \(TimeoutError\)/],
    [() => true, put, /does not answer \(TimeoutError\)/],
    [answers(500), put, /busy or broken/],
    [answers(503), get, /busy or broken/],
    [answers(403), put, /may not do this there/],
    [answers(301), get, /is elsewhere: check AWS_REGION/],
    [answers(200, '<html>log in'), put, /does not speak S3: .*login page/],
  ] as [Meddle, () => Promise<void>, RegExp][]) {
    meddle.with = meddling
    const error = await failure(work())
    assert.instance(error, BadInput, String(error))
    assert.match(error?.message ?? '', says, error?.message)
    assert.ok(error?.message.startsWith(`s3://bucket/p at ${server.host}`), error?.message)
  }
  meddle.with = answers(200, '<html>log in')
  assert.match(await message(restoreRun(store, 'r', { overwrite: false })), /manifest\.json is no record of a run: .*login page/)
  // what broke off once is asked for again
  meddle.with = breaksOff
  left = 2
  await get()
  // ETags that were wrong when parts were sent: the upload begins again
  meddle.with = ({ url, method }, response) => {
    if (method !== 'PUT' || !url?.includes('partNumber=1')) return false
    const set = response.setHeader.bind(response)
    response.setHeader = (name, value) => set(name, name.toLowerCase() === 'etag' && left-- > -1 ? `"${'0'.repeat(32)}"` : value)
    return false
  }
  await put()
  delete meddle.with
  await store.get('blobs/y', join(scratch, 'meddled.bin'), { sha256 })
})

/** A run's folders with a few files of each kind. */
function makeRun(run: string) {
  const files: Record<string, string> = {
    [`reports/${run}/run.json`]: '{}',
    [`reports/${run}/writer.lock`]: 'mine',
    [`reports/${run}/round-001/report.html`]: '<p>',
    [`datasets/${run}/round-001/traces.jsonl`]: '{"a":1}\n',
    [`datasets/${run}/round-001/traces.jsonl.chunks`]: '{"chunk":0}\n',
    [`checkpoints/${run}/incumbent.json`]: `{\n  "path": "checkpoints/${run}/round-001/model.gguf", "adapter": "models/base.gguf"\n}`,
    'models/base.gguf': 'base weights',
    [`checkpoints/${run}/memory.lance/bank.lance/_versions/1.manifest`]: 'v1',
    ...Object.fromEntries([1, 2, 3].map((round) => [`checkpoints/${run}/round-00${round}/model.gguf`, `weights ${round}`])),
    [`checkpoints/${run}/round-002/model.gguf.tmp`]: 'half',
  }
  for (const [name, content] of Object.entries(files)) write(name, content)
  return files
}
const all = { what: ['reports', 'traces', 'cards', 'checkpoints', 'memory'] as const, settled: true }

for (const kind of ['folder', 's3'] as const)
  test(`${kind}: a run is mirrored, lost and restored; what is there is not sent again; spent weights go`, async () => {
    await using server = kind === 's3' ? await s3Server('bucket') : null
    await using store = await openStore(server ? 's3://bucket/runs' : join(scratch, `mirror-${kind}`))
    const run = `mirrored-${kind}`
    const files = makeRun(run)
    const first = await mirrorRun(store, run, all)
    assert.is(first.files, 10)
    assert.is((await mirrorRun(store, run, all)).sent, 0)
    appendFileSync(join(paths.datasets(run), 'round-001/traces.jsonl'), '{"a":2}\n')
    assert.is((await mirrorRun(store, run, all)).sent, 16)

    for (const folder of [paths.reports(run), paths.datasets(run), paths.checkpoints(run), join(scratch, 'models')])
      rmSync(folder, { recursive: true })
    const { fetched } = await restoreRun(store, run, { overwrite: false })
    assert.ok(fetched > 0)
    for (const [name, content] of Object.entries(files)) {
      if (name.endsWith('.tmp') || name.endsWith('.lock')) assert.ok(await failure(hashFile(join(scratch, name))), name)
      else assert.ok(readFileSync(join(scratch, name), 'utf8').startsWith(content), name)
    }
    assert.is((await restoreRun(store, run, { overwrite: false })).fetched, 0)
    write(`reports/${run}/run.json`, '{"other":1}')
    assert.match(await message(restoreRun(store, run, { overwrite: false })), /run\.json is here and differs.*--overwrite/)
    await restoreRun(store, run, { overwrite: true })
    assert.is(readFileSync(join(paths.reports(run), 'run.json'), 'utf8'), '{}')

    // of rounds 1, 2 and 3 one round's weights stay, and those that are served
    await mirrorRun(store, run, { ...all, keep: 1 })
    assert.is(await collectGarbage(store), 0, 'nothing younger than a day is removed')
    assert.ok((await collectGarbage(store, { olderThan: -60 })) > 0)
    assert.is(await store.size(blobKey(hash('weights 2'))), null)
    for (const kept of ['weights 1', 'weights 3', 'base weights']) assert.is(await store.size(blobKey(hash(kept))), kept.length, kept)
    await mirrorRun(store, run, { ...all, what: ['reports'] })
    assert.match(await message(restoreRun(store, run, { overwrite: true })), /holds only a part/)
    assert.match(await message(restoreRun(store, 'nope', { overwrite: true })), new RegExp(`holds no run nope: it holds mirrored-${kind}`))
  })

test('a manifest that names files outside the run is refused before anything is written', async () => {
  await using store = await openStore(join(scratch, 'evil'))
  const sha256 = hash('evil')
  await store.write(blobKey(sha256), 'evil')
  for (const path of [
    '../evil',
    '/etc/evil',
    'reports/r/../../evil',
    'reports/other/run.json',
    'packages/core/src/index.ts',
    'reports/r/-x',
    'models/..\\evil',
  ]) {
    const files = { [path]: { sha256, bytes: 4, modified: 0 } }
    await store.write('runs/r/manifest.json', JSON.stringify({ run: 'r', writtenAt: '', whole: true, files }))
    assert.match(await message(restoreRun(store, 'r', { overwrite: true })), /manifest was altered, and is refused/, path)
  }
})

test.run()
