// models:serve answers other programs with what a run serves: a base with its adapter at a scale, on 127.0.0.1 alone, until it is told to stop.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { execa } from 'execa'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-serve-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))
process.env['WHETSTONE_ROOT'] = scratch
const { paths, root, writeJson } = await import('@whetstone/core')
const { describeGguf } = await import('@whetstone/inference')
const { roundFiles, runFiles, writeIncumbent, writeRun } = await import('@whetstone/runs')

const command = [join(root, 'packages/cli/whetstone.mjs'), 'models:serve']
const env = { ...process.env, WHETSTONE_ROOT: scratch, WHETSTONE_PROGRESS: 'none', NO_COLOR: '1' }
const tiny = join(root, 'models/tiny/whetstone-tiny-f32.gguf')
const built = ['llama-server', 'llama-train'].every((tool) => existsSync(paths.tool(tool)))
if (!built) process.stdout.write('\nSKIP models:serve: llama-server not built: run `npx nx run tools:build --tool=llama-server`\n')

const test = suite('models:serve')

/** A run whose incumbent is the tiny model with an adapter that answers `ab` to everything. */
async function makeRun(name: string) {
  const files = runFiles(name)
  for (const folder of [files.reports, files.checkpoints]) mkdirSync(folder, { recursive: true })
  const [rows, adapter] = [join(files.checkpoints, 'rows.jsonl'), join(files.checkpoints, 'adapter.gguf')]
  writeFileSync(
    rows,
    ['1+1=', '20+2=', '30+5=']
      .map(
        (prompt) =>
          `${JSON.stringify({
            messages: [
              { role: 'user', content: prompt },
              { role: 'assistant', content: '7777' },
            ],
          })}\n`,
      )
      .join(''),
  )
  const how = ['--lora-rank', '8', '--steps', '40', '--lr', '0.01', '--workers', '1', '--progress', 'none']
  await execa(paths.tool('llama-train'), ['sft', '-m', tiny, '--data', rows, '--out', adapter, ...how])
  const base = await describeGguf(tiny)
  const model = { ...base, id: 'model-0123456789abcdef', name: 'sevens', adapter }
  writeRun({ run: name, recipe: 'tiny', seed: 1, base: base.id, createdAt: new Date().toISOString(), recipes: [] })
  const incumbent = { round: 1, model, bank: null, best: [], frontier: null, looks: 0 }
  writeJson(roundFiles(name, 1).served, incumbent)
  writeIncumbent(name, incumbent)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Serves, asks once, stops by SIGINT. */
async function ask(flags: string[], question: string) {
  const port = await freePort()
  const child = spawn(process.execPath, [...command, `--port=${port}`, '--gpu=off', '--threads=1', ...flags], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const closed = once(child, 'close')
  while (!said.includes('answers at') && child.exitCode === null) await Promise.race([once(child.stdout, 'data'), closed])
  assert.match(said, new RegExp(`answers at http://127\\.0\\.0\\.1:${port}/v1`))
  const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ messages: [{ role: 'user', content: question }], temperature: 0, max_tokens: 8 }),
  })
  const { choices, model } = (await response.json()) as { choices: { message: { content: string } }[]; model: string }
  child.kill('SIGINT')
  const [code] = await closed
  const gone = await fetch(`http://127.0.0.1:${port}/health`).then(
    () => false,
    () => true,
  )
  return { text: choices[0]?.message.content, model, code, gone }
}
const it = (what: string, check: () => Promise<void>) =>
  test(what, async () => {
    if (built) await check()
  })

it("a run's incumbent answers, adapter included, and the server ends with the command", async () => {
  await makeRun('sevens')
  assert.equal(await ask(['--run=sevens'], '20+2='), { text: '7777', model: 'sevens', code: 130, gone: true })
  // the only run needs no name; a small scale leaves the base's answer
  assert.is((await ask(['--lora-scale=0.001'], '20+2=')).text, (await ask([`--model=${tiny}`], '20+2=')).text)
})

const refused = async (flags: string[], message: RegExp) => {
  const { exitCode, stderr } = await execa(process.execPath, [...command, ...flags], { env, reject: false })
  assert.is(exitCode, 1)
  assert.match(stderr, message)
  assert.match(stderr, /^[^\n]+$/, 'one line')
}

it('refuses in one line', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const cut = join(scratch, 'cut.gguf')
  cpSync(tiny, cut)
  writeFileSync(join(scratch, 'other.gguf'), 'hello')
  await Promise.all([
    refused([`--model=${tiny}`, `--port=${(taken.address() as AddressInfo).port}`], /Port \d+ of 127\.0\.0\.1 is taken/),
    refused(['--run=nobody'], /No run "nobody"/),
    refused(['--run=sevens', '--role=judge'], /Recipe tiny has no role "judge"/),
    refused([`--model=${tiny}`, '--lora-scale=2'], /has no adapter/),
    refused([`--model=${tiny}`, '--tensor-split=a'], /--tensor-split=a/),
    refused([`--model=${tiny}`, '--chat-template=absent.jinja'], /absent\.jinja not found/),
    refused([`--model=${join(scratch, 'other.gguf')}`], /is not a GGUF model/),
  ])
  taken.close()
})

test.run()
