// Grep proof: forty runs that fail in as many ways, with secrets in the environment and in addresses; afterwards none of the secrets stands in anything that was printed or written.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '@whetstone/core'

const test = suite('keys')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-keys-'))
const secrets = {
  OPENAI_API_KEY: 'oak-7f3a9c21d8e64b50',
  HF_TOKEN: 'hft-2b6d8f0e4a1c7359',
  AWS_SECRET_ACCESS_KEY: 'aws-9e1c5a7b3d2f8046',
  REDIS_PASSWORD: 'red-4c8e2a6f0b9d7153',
}
const inAddress = 'inurl-5d9b1f7e3a8c2604'
const signature = 'sig-8a2e6c0f4b9d1375'
const all = [...Object.values(secrets), inAddress, signature]

/** Throws everything back that it is sent, in bodies and headers, with a status by the path. */
const echo = createServer((request, response) => {
  const said = JSON.stringify({
    error: { message: `no: ${request.headers.authorization} ${request.url}`, code: request.headers.authorization },
  })
  const status = Number(/\/(\d{3})\b/.exec(request.url ?? '')?.[1] ?? 500)
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'x-said': String(request.headers.authorization),
      ...(status === 302 && { location: `http://127.0.0.1:9/?token=${signature}` }),
    })
    .end(said)
})
await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
const host = `127.0.0.1:${(echo.address() as AddressInfo).port}`
const table = join(scratch, 'table.csv')
writeFileSync(table, `question,answer\n"${secrets.OPENAI_API_KEY}",1\n`)

const endpoints = [
  ...[401, 403, 404, 429, 500, 200, 302].map((status) => `http://${host}/${status}`),
  'http://127.0.0.1:9',
  'https://127.0.0.1:9/v1',
  `http://me:${inAddress}@${host}/v1`,
  `http://${host}/500?key=${signature}`,
  'http://no-such-host.invalid',
]
const commands: string[][] = [
  ...endpoints.map((endpoint) => ['loops:cycle', '--recipe=gsm8k', `--endpoint=${endpoint}`, '--limit=2']),
  ...endpoints.map((endpoint) => ['loops:phase1', '--recipe=gsm8k', `--endpoint=${endpoint}`]),
  ...[
    `http://${host}/403/m.gguf?X-Amz-Signature=${signature}`,
    `http://me:${inAddress}@${host}/404/m.gguf`,
    `http://${host}/500/m.txt?token=${signature}`,
    `http://${host}/401/..%2Fm.gguf`,
    'hf:a/b/c.gguf',
    'hf:a/b',
  ].map((model) => ['models:pull', `--model=${model}`]),
  ['datasets:pull', '--dataset=gsm8k'],
  ['datasets:check', `--file=${table}`, '--nope'],
  ['loops:cycle', `--run=${secrets.HF_TOKEN}/x`],
  ['loops:cycle', '--set', `sampling.key=${secrets.OPENAI_API_KEY}`],
  ['loops:cycle', `--recipe=${secrets.OPENAI_API_KEY}`],
  ['loops:restore', `--from=s3://bucket/${secrets.AWS_SECRET_ACCESS_KEY}`, '--run=x'],
  ['loops:restore', `--from=http://me:${inAddress}@${host}`, '--run=x'],
  ['loops:memory', 'show', `--id=${secrets.OPENAI_API_KEY}`],
  ['loops:grade', `--file=/nowhere/${secrets.HF_TOKEN}`],
  [secrets.OPENAI_API_KEY],
]

async function run(args: string[], key = secrets.OPENAI_API_KEY): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [join(root, 'packages/cli/whetstone.mjs'), ...args], {
    env: {
      ...process.env,
      ...secrets,
      OPENAI_API_KEY: key,
      HF_ENDPOINT: `http://${host}/500`,
      AWS_ENDPOINT_URL: `http://${host}/403`,
      AWS_ACCESS_KEY_ID: 'x',
      WHETSTONE_ROOT: scratch,
      WHETSTONE_PROGRESS: 'none',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, output }
}

test('forty runs that fail tell no secret, on the screen or on the disk', async () => {
  const queue = [
    ...commands.map((args) => ({ args, key: secrets.OPENAI_API_KEY })),
    { args: commands[0] as string[], key: `${secrets.OPENAI_API_KEY}\n` },
    { args: commands[0] as string[], key: `${secrets.OPENAI_API_KEY}\u00e9` },
  ]
  assert.ok(queue.length >= 40, String(queue.length))
  const told: string[] = []
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { code, output } = await run(next.args, next.key)
      const where = next.args.map((arg) => all.reduce((text, secret) => text.replaceAll(secret, '…'), arg)).join(' ')
      if (code === 0) told.push(`${where} did not fail`)
      for (const secret of all) if (output.includes(secret)) told.push(`${where}: ${output.slice(0, 300)}`)
    }
  }
  await Promise.all([worker(), worker(), worker()])
  for (const entry of readdirSync(scratch, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && entry.name !== 'table.csv') {
      const text = readFileSync(join(entry.parentPath, entry.name), 'latin1')
      for (const secret of all) if (text.includes(secret) || entry.name.includes(secret)) told.push(join(entry.parentPath, entry.name))
    }
  assert.equal(told, [])
})

test.after(() => {
  echo.closeAllConnections()
  echo.close()
  rmSync(scratch, { recursive: true, force: true })
})
test.run()
