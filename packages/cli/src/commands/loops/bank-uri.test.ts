// A recipe's bank in object storage (memory.uri): the round is the one with a bank beside the weights, one run writes to it, others read it by tag.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('bank elsewhere')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-bank-'))
process.env['WHETSTONE_ROOT'] = join(scratch, 'in-process') // before core is read
const { BadInput, paths, root } = await import('@whetstone/core')
const { claimBank } = await import('@whetstone/loop/round/claim-bank.ts')
const { readBankPlace } = await import('@whetstone/runs')
const { s3Server } = await import('@whetstone/store/s3-server.ts')
test.after(() => rmSync(scratch, { recursive: true, force: true }))

function command(folder: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(root, 'packages/cli/whetstone.mjs'), ...args], {
    env: { ...process.env, WHETSTONE_ROOT: join(scratch, folder), WHETSTONE_PROGRESS: 'none', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (text: Buffer) => (output += text.toString()))
  child.stderr.on('data', (text: Buffer) => (output += text.toString()))
  return new Promise<{ code: number | null; output: string }>((resolve) => child.on('close', (code) => resolve({ code, output })))
}
const uri = 's3://bucket/banks/team'
const round = (folder: string, more: readonly string[], env?: Record<string, string>) =>
  command(
    folder,
    ['loops:cycle', '--limit=12', '--samples=2', '--seed=3', '--threads=1', '--set', 'settings.probe.tasks=0', '--until-round=1', ...more],
    env,
  )
const made = (folder: string) =>
  ['reports/tiny/round-001/round.json', 'datasets/tiny/round-001/traces.jsonl', 'checkpoints/tiny/incumbent.json'].map((file) =>
    readFileSync(join(scratch, folder, file), 'utf8').replace(/"(seconds|createdAt|modified)":\s*("[^"]*"|[\d.e+-]+)/g, '"$1":0'),
  )
const refused = async (asked: Promise<{ code: number | null; output: string }>, says: RegExp) => {
  const { code, output } = await asked
  assert.is(code, 1, output)
  assert.match(output, says)
  assert.is(output.trim().split('\n').length, 1, output)
  assert.not.match(output, /a-secret-value/)
}

const missing = existsSync(paths.tool('llama-sample')) ? null : 'tools/bin/llama-sample not built: run `npx nx run tools:build`'
if (missing) console.log(`SKIP bank elsewhere: ${missing}`)
else
  test('one run writes to it, others read it by tag, and no other writes', async () => {
    await using server = await s3Server('bucket')
    const here = await round('here', [])
    assert.is(here.code, 0, here.output)
    const there = await round('there', ['--set', `memory.uri=${uri}`])
    assert.is(there.code, 0, there.output)
    assert.equal(made('there'), made('here'))
    assert.not.ok(existsSync(join(scratch, 'there/checkpoints/tiny/memory.lance')))

    // from any machine, by tag; of the run itself without saying where
    const list = await command('elsewhere', ['loops:memory', 'list', `--bank=${uri}`, '--tag=round-001', '--limit=1'])
    assert.is(list.code, 0, list.output)
    assert.match(list.output, new RegExp(`^${uri}: [1-9]\\d* memories, embedded by `))
    assert.is(
      (await command('there', ['loops:memory', 'list', '--tag=round-001', '--limit=1'])).output.split('\n')[0],
      list.output.split('\n')[0],
    )
    await refused(
      command('elsewhere', ['loops:memory', 'list', `--bank=${uri}`, '--tag=nope']),
      /has no tag "nope"\. Tags: round-000, round-001/,
    )

    // one writer
    await refused(
      round('other', ['--run=second', '--set', `memory.uri=${uri}`]),
      /The memory bank s3:\/\/bucket\/banks\/team is written by run tiny on \S+ since .*give this run a memory\.uri of its own/,
    )
    const own = { uri: 's3://bucket/banks/own' }
    const before = await claimBank('own', own)
    await before?.check()
    await claimBank('own', own) // restored on another machine, and begun there
    assert.match(
      await (before?.check() ?? Promise.resolve()).then(
        () => '',
        (error: Error) => error.message,
      ),
      /^Run own is carried on by \S+ since .* a bank has one writer/,
    )
    await refused(round('there', []), /Run tiny keeps its memory bank at s3:\/\/bucket\/banks\/team, and the recipe says nothing of it/)
    await refused(round('here', ['--set', `memory.uri=${uri}`]), /Run tiny keeps its memory bank in .*memory\.lance, and memory\.uri says/)

    // what is wrong is one line with the host, and no secret
    for (const [name, value, at, says] of [
      ['AWS_ACCESS_KEY_ID', 'a-secret-value', uri, new RegExp(`${server.host}.*credentials are not right`)],
      ['AWS_ENDPOINT_URL_S3', 'http://127.0.0.1:9', uri, /at 127\.0\.0\.1:9 does not answer/],
      ['AWS_REGION', 'us-east-1', 's3://nobucket/x', new RegExp(`s3://nobucket/x at ${server.host}: there is no such bucket`)],
      ['AWS_REGION', 'us-east-1', 'http://x/y', /http:\/\/x\/y is no store: give a folder, or s3:/],
    ] as const) {
      const kept = process.env[name]
      process.env[name] = value
      const error: Error = await claimBank('bad', { uri: at }).then(
        () => new Error('claimed'),
        (failed: Error) => failed,
      )
      process.env[name] = kept
      assert.instance(error, BadInput)
      assert.match(error.message, says)
      assert.not.match(error.message, /\n|a-secret-value/)
      assert.is(readBankPlace('bad'), null)
    }
    await refused(
      command('elsewhere', ['loops:memory', 'list', `--bank=${uri}`], { AWS_ACCESS_KEY_ID: 'a-secret-value' }),
      new RegExp(`^Cannot open the memory bank ${uri} at ${server.host}: the credentials are not right`),
    )
  })

test.run()
