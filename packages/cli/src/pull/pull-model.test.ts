import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Model, root } from '@whetstone/core'
import { writeTinyOnnx } from '@whetstone/inference/write-tiny-onnx.ts'
import { writeRandomGguf } from '@whetstone/inference/write-random-gguf.ts'
import { fakeFileServer } from '@whetstone/tasks/fake-file-server.ts'
import type { Served } from '@whetstone/tasks/fake-file-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'models-pull-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const gguf = writeRandomGguf(join(folder, 'local model.gguf'))
const content = readFileSync(gguf)
const sha256 = createHash('sha256').update(content).digest('hex')

type Ran = { code: number; stdout: string; stderr: string }
/** Runs `models:pull` in a root of its own, against a hub of its own. */
function pull(data: string, hub: string, flags: string[], more: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) =>
    execFile(process.execPath, [...command, ...flags], { env: environment(data, hub, more) }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    ),
  )
}
const command = [join(root, 'packages/cli/whetstone.mjs'), 'models:pull']
const environment = (data: string, hub: string, more: Record<string, string> = {}) => ({
  ...process.env,
  HF_TOKEN: '',
  ...more,
  WHETSTONE_ROOT: data,
  HF_ENDPOINT: hub,
  NO_COLOR: '1',
  WHETSTONE_PROGRESS: 'none',
})
const fresh = () => mkdtempSync(join(folder, 'root-'))
const card = (data: string, name: string) => Model.parse(JSON.parse(readFileSync(join(data, 'models', name, 'card.json'), 'utf8')))
const file = '/me/pears-GGUF/resolve/main/q8/pears-Q8_0.gguf'
const address = '--model=hf:me/pears-GGUF/q8/pears-Q8_0.gguf'
const served = (more: Partial<Served> = {}): Served => ({ content, hub: {}, ...more })
async function refused(
  flags: string[],
  message: RegExp,
  files: Parameters<typeof fakeFileServer>[0] = { [file]: served() },
  env: Record<string, string> = {},
  data = fresh(),
) {
  await using hub = await fakeFileServer(files)
  const { code, stderr } = await pull(data, hub.url, flags, env)
  assert.is(code, 1)
  assert.match(stderr, message)
  assert.match(stderr, /^[^\n]+\n$/, 'one line')
  return readdirSync(data, { recursive: true }).filter((name) => /\.(gguf|json)$/.test(String(name)))
}

const test = suite('models:pull')

test('brings a file of the hub with its card, once', async () => {
  await using hub = await fakeFileServer({ [file]: served({ breakAfter: { bytes: 60_000, times: 2 } }) })
  const data = fresh()
  const { code, stdout, stderr } = await pull(data, hub.url, [address])
  assert.is(code, 0, stderr)
  assert.match(stdout, /models\/pears-Q8_0\/pears-Q8_0\.gguf: llama, 0\.0M parameters, F32, model-[0-9a-f]{16}/)
  assert.equal(readFileSync(join(data, 'models/pears-Q8_0/pears-Q8_0.gguf')), content)
  const { id, path, metadata, architecture } = card(data, 'pears-Q8_0')
  assert.equal([id, path?.endsWith('models/pears-Q8_0/pears-Q8_0.gguf'), architecture], [`model-${sha256.slice(0, 16)}`, true, 'llama'])
  assert.equal(
    [metadata['source'], metadata['commit'], metadata['sha256'], metadata['files']],
    ['hf:me/pears-GGUF/q8/pears-Q8_0.gguf', 'c0ffee', sha256, ['pears-Q8_0.gguf']],
  )
  assert.equal(
    hub.requests.filter(({ method }) => method === 'storage GET').map(({ range }) => range),
    [undefined, 'bytes=60000-', 'bytes=120000-'],
  )
  const asked = hub.requests.length
  assert.is((await pull(data, hub.url, [address])).code, 0)
  assert.is(hub.requests.length, asked, 'what is there is not fetched again')
})

test('goes on where a killed run stopped', async () => {
  await using hub = await fakeFileServer({ [file]: served({ stallAfter: 60_000 }) })
  const data = fresh()
  const killed = spawn(process.execPath, [...command, address], { env: environment(data, hub.url) })
  const part = join(data, 'models/pears-Q8_0/pears-Q8_0.gguf.part')
  while ((statSync(part, { throwIfNoEntry: false })?.size ?? 0) < 60_000) await sleep(20)
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  assert.is((await pull(data, hub.url, [address])).code, 0)
  assert.equal(readFileSync(join(data, 'models/pears-Q8_0/pears-Q8_0.gguf')), content)
  assert.equal(
    hub.requests.filter(({ method }) => method === 'storage GET').map(({ range }) => range),
    [undefined, 'bytes=60000-'],
  )
})

test('sends the token to the hub alone', async () => {
  const gated = served({ hub: { token: 'hf_secret' } })
  await using hub = await fakeFileServer({ [file]: gated })
  const data = fresh()
  assert.is((await pull(data, hub.url, [address, '--name=mine'], { HF_TOKEN: 'hf_secret' })).code, 0)
  assert.equal(
    hub.requests.map(({ method, authorized }) => `${method} ${authorized}`),
    ['HEAD true', 'GET true', 'storage GET false'],
  )
  assert.not.match(readFileSync(join(data, 'models/mine/card.json'), 'utf8'), /hf_secret/)
  const wrong = /may not be read \(HTTP 401\).*HF_TOKEN/
  assert.equal(await refused([address], wrong, { [file]: gated }), [])
  assert.equal(await refused([address], wrong, { [file]: gated }, { HF_TOKEN: 'hf_wrong' }), [])
})

test('brings all files of a split model', async () => {
  const part = (i: number) => `/me/big/resolve/main/big-0000${i}-of-00002.gguf`
  await using hub = await fakeFileServer({ [part(1)]: served(), [part(2)]: served() })
  const data = fresh()
  assert.is((await pull(data, hub.url, ['--model=hf:me/big/big-00001-of-00002.gguf'])).code, 0)
  assert.equal(readdirSync(join(data, 'models/big')).sort(), ['big-00001-of-00002.gguf', 'big-00002-of-00002.gguf', 'card.json'])
})

test('takes what llama.cpp takes: a type behind a colon, a revision behind an at sign, and what it meant is remembered', async () => {
  const names = ['README.md', 'pears-Q4_0.gguf', 'pears-IQ4_XS.gguf', 'pears-Q8_0.gguf', 'mmproj-pears-Q8_0.gguf', 'BF16/pears-BF16.gguf']
  const siblings = { json: { siblings: names.map((rfilename) => ({ rfilename })) } }
  await using hub = await fakeFileServer({
    '/api/models/me/pears-GGUF': siblings,
    '/api/models/me/pears-GGUF/revision/v2': siblings,
    '/me/pears-GGUF/resolve/main/pears-Q8_0.gguf': served(),
    '/me/pears-GGUF/resolve/v2/BF16/pears-BF16.gguf': served(),
  })
  const data = fresh()
  for (const [asked, source] of [
    ['hf:me/pears-GGUF:q8_0', 'hf:me/pears-GGUF/pears-Q8_0.gguf'],
    ['hf:me/pears-GGUF@v2:BF16', 'hf:me/pears-GGUF@v2/BF16/pears-BF16.gguf'],
  ] as const) {
    const { code, stderr } = await pull(data, hub.url, [asked])
    assert.is(code, 0, stderr)
    const name = source.slice(source.lastIndexOf('/') + 1, -'.gguf'.length)
    assert.equal([card(data, name).metadata['source'], card(data, name).metadata['asked']], [source, [asked]])
    const count = hub.requests.length
    assert.is((await pull(data, hub.url, [asked])).code, 0)
    assert.is((await pull(data, hub.url, [source])).code, 0)
    assert.is(hub.requests.length, count, 'known by both names')
  }
})

test("the only model of a repository needs no name; the token of the hub's own command line opens it", async () => {
  const path = '/me/one/resolve/main/one.gguf'
  await using hub = await fakeFileServer({
    '/api/models/me/one': { json: { siblings: [{ rfilename: 'one.gguf' }] } },
    [path]: served({ hub: { token: 'hf_kept' } }),
  })
  const home = fresh()
  writeFileSync(join(home, 'token'), 'hf_kept\n')
  const { HF_TOKEN: _, ...env } = environment(fresh(), hub.url, { HF_HOME: home })
  const { stdout } = await execa(process.execPath, [...command, 'hf:me/one'], { env, extendEnv: false })
  assert.match(stdout, /models\/one\/one\.gguf: llama/)
  assert.equal(
    hub.requests.map(({ method, authorized }) => `${method} ${authorized}`),
    ['GET true', 'HEAD true', 'GET true', 'storage GET false'],
  )
})

test('an embedder is brought with all that transformers.js needs, and opens without a network', async () => {
  const onnx = writeTinyOnnx(join(folder, 'tiny-embedder'))
  const files = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx']
  const served = (name: string): Served => ({ content: readFileSync(join(onnx, name)), hub: {}, breakAfter: { bytes: 20, times: 1 } })
  await using hub = await fakeFileServer({
    '/api/models/me/tiny': { json: { siblings: [...files, 'README.md', 'onnx/model_fp16.onnx'].map((rfilename) => ({ rfilename })) } },
    ...Object.fromEntries(files.map((name) => [`/me/tiny/resolve/main/${name}`, served(name)])),
  })
  const data = fresh()
  const { code, stderr } = await pull(data, hub.url, ['--embedder=me/tiny', '--type=fp32'])
  assert.is(code, 0, stderr)
  const wrong = await pull(data, hub.url, ['--embedder=me/tiny'])
  assert.match(wrong.stderr, /has no onnx\/model_quantized\.onnx; its ONNX files: onnx\/model\.onnx, onnx\/model_fp16\.onnx/)
  const script = `const { default: transformers } = await import('@whetstone/inference/embedders/transformers.ts')
    const embedder = await transformers({ model: 'me/tiny', dtype: 'fp32' }).open()
    console.log(embedder.dimensions, (await embedder.embed(['add'], 'query')).length)
    await embedder[Symbol.asyncDispose]()`
  const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    env: environment(data, 'http://127.0.0.1:9'),
  })
  assert.match(stdout, /^\d+ 1$/)
})

test('takes a path and an http address', async () => {
  await using hub = await fakeFileServer({ '/files/web.gguf': { content } })
  const data = fresh()
  assert.is((await pull(data, hub.url, [`--model=${gguf}`, '--name=local'])).code, 0)
  assert.is(card(data, 'local').metadata['source'], gguf)
  assert.is((await pull(data, hub.url, [`--model=${hub.url}/files/web.gguf?download=true`])).code, 0)
  assert.is(statSync(join(data, 'models/web/web.gguf')).size, content.length)
})

test('refuses in one line and leaves nothing half-written', async () => {
  const listing = {
    '/api/models/me/pears-GGUF': {
      json: {
        siblings: [
          { rfilename: 'README.md' },
          { rfilename: 'q8/pears-Q8_0.gguf', size: 400_000 },
          { rfilename: 'big-Q4_K_M-00002-of-00002.gguf', size: 1e9 },
          { rfilename: 'big-Q4_K_M-00001-of-00002.gguf', size: 3e9 },
          { rfilename: 'mmproj-pears-F16.gguf', size: 1 },
        ],
      },
    },
  }
  const cases: Parameters<typeof refused>[] = [
    [[], /needs hf:owner\/repo/],
    [['hf:me/a', 'hf:me/b'], /one model at a time, not hf:me\/a and hf:me\/b/],
    [['--model=hf:me'], /is not an address on the hub/],
    [['--model=hf:me/pears-GGUF/none.gguf'], /has no file none\.gguf: check the name/],
    [
      ['hf:me/pears-GGUF'],
      /hf:me\/pears-GGUF means several files: name one, as hf:me\/pears-GGUF:Q8_0 or .*Files of me\/pears-GGUF: q8\/pears-Q8_0\.gguf \(1 MB\), big-Q4_K_M-00001-of-00002\.gguf \(4\.0 GB, 2 files\)\n/,
      listing,
    ],
    [['hf:me/pears-GGUF:Q2_K'], /names a type that me\/pears-GGUF does not have: .*big-Q4_K_M/, listing],
    [['hf:me/none'], /\/me\/none is not there/, listing],
    [['hf:me/texts'], /has no GGUF files/, { '/api/models/me/texts': { json: { siblings: [{ rfilename: 'README.md' }] } } }],
    [['--embedder=me/pears-GGUF'], /has no config\.json, .*onnx\/model_quantized\.onnx; it has no ONNX files/, listing],
    [[address], /arrived with sha256/, { [file]: served({ hub: { sha256: '1'.repeat(64) } }) }],
    [[address], /is truncated/, { [file]: served({ content: content.subarray(0, 90_000) }) }],
    [[address], /a web page/, { [file]: served({ content: Buffer.from('<!doctype html>') }) }],
    [[address, '--name=tiny'], /models\/tiny is the seed model/],
    [[address, '--name=../x'], /cannot name a model/],
    [[`--model=${join(folder, 'absent.gguf')}`], /absent\.gguf not found/],
  ]
  for (const left of await Promise.all(cases.map((args) => refused(...args)))) assert.equal(left, [])
})

test('a name that is taken by another model is refused', async () => {
  const data = fresh()
  await using hub = await fakeFileServer({ [file]: served() })
  assert.is((await pull(data, hub.url, [address, '--name=a'])).code, 0)
  await refused([`--model=${gguf}`, '--name=a'], /holds hf:me\/pears-GGUF\/q8\/pears-Q8_0\.gguf already: .*--name=NAME/, {}, {}, data)
})

test('a hub that cannot be reached is one line', async () => {
  const { code, stderr } = await pull(fresh(), 'http://127.0.0.1:9', [address])
  assert.is(code, 1)
  assert.match(stderr, /^http:\/\/127\.0\.0\.1:9 cannot be reached \(.+\): check the network, or set HF_ENDPOINT to a mirror\n$/)
})

for (const [what, model] of [
  ['separators behind percent signs', '/files/..%2F..%2F..%2Fevil.gguf'],
  ['a backslash behind percent signs', '/files/a%5Cevil.gguf'],
  ['a hidden turn of direction', '/files/%E2%80%AEevil.gguf'],
  ['a device of Windows', '/files/con.gguf'],
  ['broken percent signs', '/files/%E0%A4%A.gguf'],
] as const)
  test(`an address with ${what} is refused and writes nothing`, async () => {
    await using hub = await fakeFileServer({ [decodeURI(model.replaceAll('%E0%A4%A', 'x'))]: served({}) })
    const data = fresh()
    const { code, stderr } = await pull(data, hub.url, [`--model=${hub.url}${model}`])
    assert.is(code, 1)
    assert.match(stderr, /would name a file|percent signs are broken/)
    assert.not(existsSync(join(data, 'models')) && readdirSync(join(data, 'models')).length > 0)
  })

test.run()
