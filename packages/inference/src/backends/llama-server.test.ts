import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, isFault, paths } from '@whetstone/core'
import type { Backend, GenerateRequest } from '@whetstone/core'
import { backendContract } from '../contract.ts'
import { describeGguf } from '../describe-gguf.ts'
import llamaServer from './llama-server.ts'
import { writeRandomGguf } from '../write-random-gguf.ts'

const folder = mkdtempSync(join(tmpdir(), 'llama-server-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const model = await describeGguf(writeRandomGguf(join(folder, 'random.gguf')))

backendContract('llama-server', async () =>
  existsSync(paths.tool('llama-server'))
    ? { backend: llamaServer(), model, context: 256 }
    : `${paths.tool('llama-server')} not built: run \`npx nx run tools:build --tool=llama-server\``,
)

const test = suite('llama-server')

test('greedy answers equal those of node-llama-cpp', async () => {
  if (!existsSync(paths.tool('llama-server')))
    return void process.stdout.write('\nSKIP llama-server against node-llama-cpp: tools/bin/llama-server not built\n')
  const { default: nodeLlamaCpp } = await import('./node-llama-cpp.ts')
  const texts = async (backend: Backend) => {
    await using opened = await backend.open(model, { concurrency: 1, context: 256, threads: 1 })
    const found: string[] = []
    const requests = ['1+1=', '22+3=', 'hello'].map((content, i): GenerateRequest => ({
      id: String(i),
      messages: [
        { role: 'system', content: 'add' },
        { role: 'user', content },
      ],
      seed: 1,
      // Random weights babble in broken UTF-8, of which the server keeps back the end: letters alone can be compared.
      sampling: { temperature: 0, maxTokens: 12, grammar: 'root ::= [a-z]+' },
    }))
    for await (const result of opened.generate(requests))
      if (!isFault(result)) found[Number(result.id)] = `${result.tokens.prompt} ${result.text}`
    return found
  }
  assert.equal(await texts(llamaServer()), await texts(nodeLlamaCpp()))
})

// A stand-in that behaves as --fake says: what is tested here is how it is watched, not what it answers.
const stand = join(folder, 'stand-in.mjs')
writeFileSync(
  stand,
  `#!${process.execPath}
import { createServer } from 'node:http'
import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
const value = (name) => process.argv[process.argv.indexOf(name) + 1]
const [mode, notes] = [value('--fake'), value('--notes')]
appendFileSync(notes, process.pid + ' ')
const once = !existsSync(notes + '.once')
if (mode === 'no-start') { console.error('llama_model_load: error loading model: unknown architecture'); process.exit(1) }
const ready = Date.now() + (mode === 'never' ? Infinity : mode === 'slow' ? 400 : 0)
createServer((request, response) => {
  if (mode === 'hang-once' && existsSync(notes + '.hung') && once) return
  if (request.url === '/health') return response.writeHead(Date.now() < ready ? 503 : 200).end('{}')
  if (mode === 'crash-always' || (mode === 'crash-once' && once)) {
    writeFileSync(notes + '.once', '')
    process.kill(process.pid, 'SIGKILL')
  }
  if (mode === 'hang-once' && once) {
    for (const mark of ['.once', '.hung']) writeFileSync(notes + mark, '')
    return void setTimeout(() => response.destroy(), 100)
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.end('data: {"choices":[{"index":0,"delta":{"content":"42"},"finish_reason":"stop"}]}\\n\\ndata: [DONE]\\n\\n')
}).listen(Number(value('--port')), value('--host'))
`,
  { mode: 0o755 },
)

let runs = 0
async function served(mode: string, count = 1) {
  const notes = join(folder, `notes-${++runs}`)
  const logFile = join(folder, `log-${runs}`)
  const pids = () => readFileSync(notes, 'utf8').trim().split(' ').map(Number)
  const backend = llamaServer({ binary: stand, args: ['--fake', mode, '--notes', notes] })
  const opened = await backend.open(model, { concurrency: 2, context: 256, logFile })
  const requests = Array.from({ length: count }, (_, i): GenerateRequest => ({
    id: String(i),
    messages: [{ role: 'user', content: '6*7=' }],
    seed: 1,
    sampling: { temperature: 0, maxTokens: 4 },
  }))
  try {
    const answers: string[] = []
    for await (const result of opened.generate(requests)) answers.push(isFault(result) ? result.fault : result.text)
    return { answers, starts: pids().length, pids }
  } finally {
    await opened[Symbol.asyncDispose]()
    await opened[Symbol.asyncDispose]()
    assert.equal(pids().filter(isAlive), [], 'a server was left behind')
  }
}
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('is waited for while it loads', async () => assert.equal((await served('slow', 3)).answers, ['42', '42', '42']))

test('is started again when it crashes, and the answer still comes', async () => {
  const { answers, starts } = await served('crash-once', 4)
  assert.equal(answers, ['42', '42', '42', '42'])
  assert.is(starts, 2)
})

test('is replaced when it hangs', async () => {
  const { answers, starts } = await served('hang-once')
  assert.equal(answers, ['42'])
  assert.is(starts, 2)
})

test('is given up when it keeps dying', async () => {
  const message = await served('crash-always', 8).then(
    () => '',
    (error: Error) => error.message,
  )
  assert.match(message, /^llama-server died 6 times \(last: signal SIGKILL\): see .*log-/)
})

test('that does not start says why in one line', async () => {
  const error = await served('no-start').then(
    () => undefined,
    (error: Error) => error,
  )
  assert.instance(error, BadInput)
  assert.match(
    (error as Error).message,
    /^llama-server did not start \(exit code 1\): llama_model_load: error loading model: unknown architecture$/,
  )
  const absent = await llamaServer({ binary: join(folder, 'absent') })
    .open(model, { concurrency: 1 })
    .then(
      () => undefined,
      (error: Error) => error,
    )
  assert.match((absent as Error).message, /absent not found: run `npx nx run tools:build --tool=llama-server`/)
})

test('stops loading when it is told to', async () => {
  const notes = join(folder, 'notes-abort')
  const controller = new AbortController()
  const opening = llamaServer({ binary: stand, args: ['--fake', 'never', '--notes', notes] }).open(model, {
    concurrency: 1,
    signal: controller.signal,
  })
  const started = async () => {
    while (!existsSync(notes)) await sleep(10)
  }
  void started().then(() => controller.abort())
  assert.is(
    await opening.then(
      () => '',
      (error: Error) => error.name,
    ),
    'AbortError',
  )
  assert.not(isAlive(Number(readFileSync(notes, 'utf8'))))
})

test('does not outlive its parent, even one that is killed outright', async () => {
  if (!existsSync('/usr/bin/setpriv'))
    return void process.stdout.write('\nSKIP llama-server dies with a killed parent: /usr/bin/setpriv (Linux) not found\n')
  const notes = join(folder, 'notes-orphan')
  const options = { binary: stand, args: ['--fake', 'good', '--notes', notes] }
  const script = `const { default: llamaServer } = await import(${JSON.stringify(join(import.meta.dirname, 'llama-server.ts'))})
    await llamaServer(${JSON.stringify(options)}).open(${JSON.stringify(model)}, { concurrency: 1 })
    console.log('open')
    setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => parent.stdout.once('data', resolve))
  const pid = Number(readFileSync(notes, 'utf8'))
  assert.ok(isAlive(pid))
  parent.kill('SIGKILL')
  while (stillRuns(pid)) await sleep(50) // a server that outlives its parent hangs here, and is named by run-tests.ts
})

/** A zombie that nobody waits for does not count. */
function stillRuns(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z')
  } catch {
    return false
  }
}

test.run()
