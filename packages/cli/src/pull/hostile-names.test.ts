// Names of addresses, listings and flags that would lead elsewhere: a trace of the system's calls shows that nothing is opened for writing, made, moved or linked outside the folder that may be written to.
import { spawnSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { writeRandomGguf } from '@whetstone/inference/write-random-gguf.ts'

const test = suite('hostile names')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-names-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))
const gguf = readFileSync(writeRandomGguf(join(scratch, 'real.gguf')))
const parquet = readFileSync(join(import.meta.dirname, 'pears.parquet'))

const up = [
  '..',
  '..%2F..%2Fevil',
  '%2e%2e%2fevil',
  '..%5C..%5Cevil',
  '%252e%252e%252fevil',
  '....//evil',
  '%2Fetc%2Fevil',
  '/etc/evil',
  '%00evil',
  'evil%0A',
  '%E2%80%AElive',
  'con',
  '~evil',
  '-evil',
  `${'e'.repeat(300)}`,
  'link%2Fevil',
]
/** A hub whose listings name files as it likes, and that has whatever is asked for. */
const hub = createServer((request, response) => {
  const path = request.url ?? ''
  const json = (value: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
  const here = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`
  const listed = /\/api\/models\/a\/(\d+)/.exec(path)
  if (listed)
    return void json({ siblings: [{ rfilename: `${decodeURIComponent(up[Number(listed[1])] as string)}.gguf`, size: gguf.length }] })
  const tables = /\/api\/datasets\/a\/(\d+)\/parquet$/.exec(path)
  if (tables) {
    const name = decodeURIComponent(up[Number(tables[1])] as string)
    return void json({
      [name]: { [name]: [`${here}/rows.parquet`] },
      main: { [name]: [`${here}/rows.parquet`], train: [`${here}/${up[Number(tables[1])]}`] },
    })
  }
  response.setHeader('content-disposition', 'attachment; filename="../../../../evil"').end(path.includes('parquet') ? parquet : gguf)
})
await new Promise<void>((listening) => hub.listen(0, '127.0.0.1', listening))
const address = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`

/** Command lines, all run by one process. */
const commands = [
  ...up.map((name) => ['models:pull', `--model=${address}/${name}.gguf`]),
  ...up.map((_, i) => ['models:pull', `--model=hf:a/${i}`]),
  ...up.map((name) => ['models:pull', `--model=hf:a/b/${name}.gguf`]),
  ...up.map((name) => ['models:pull', `--model=${address}/fine.gguf`, `--name=${decodeURIComponent(name)}`]),
  ...up.map((_, i) => ['datasets:pull', `--dataset=hf:a/${i}`]),
  ...up.map((_, i) => ['datasets:pull', `--dataset=hf:a/${i}`, '--config=main']),
  ...up.map((name) => ['datasets:pull', `--dataset=hf:a/3`, `--config=${decodeURIComponent(name)}`]),
  ...up.map((name) => ['datasets:pull', `--dataset=${decodeURIComponent(name)}`, `--from=${scratch}`]),
  ...up.map((name) => ['loops:memory', 'export', `--run=${decodeURIComponent(name)}`, '--out=x.json']),
  ['models:pull', `--model=${address}/fine.gguf`],
]
const driver = `
const { runInProcess } = await import(${JSON.stringify(join(import.meta.dirname, '../run-in-process.ts'))})
let done = 0
for (const [name, ...args] of ${JSON.stringify(commands)}) {
  const { status, said } = await runInProcess(name, ...args.map((arg) => arg.replaceAll('\\0', '')))
  if (status === 0) done++
  if (/\\n\\s+at /.test(said)) console.log('FAULT ' + name + ' ' + JSON.stringify(args) + ' ' + said)
}
console.log('done ' + done)
process.exit()`

const calls =
  'open,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mknod,mknodat,truncate,chmod,fchmodat'
const writes =
  /\b(?:open|openat|openat2)\(.*O_(?:WRONLY|RDWR|CREAT|TRUNC)|\b(?:creat|mkdir|mkdirat|rename|renameat2?|link|linkat|symlink|symlinkat|mknod|mknodat|truncate|chmod|fchmodat)\(/

const missing =
  spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0 ? null : 'strace not found, or it may not trace: apt-get install strace'
if (missing) console.log(`SKIP hostile names: ${missing}`)
else
  test(`${commands.length} pulls and exports by hostile names write nothing outside`, async () => {
    const allowed = join(scratch, 'root')
    mkdirSync(join(allowed, 'models'), { recursive: true })
    mkdirSync(join(scratch, 'outside'))
    symlinkSync(join(scratch, 'outside'), join(allowed, 'models/link'))
    const log = join(scratch, 'calls')
    const child = spawn(
      'strace',
      ['-f', '-qq', '-s', '600', '-e', `trace=${calls}`, '-o', log, process.execPath, '--input-type=module-typescript', '-e', driver],
      {
        // what Node compiled is kept beside the modules, by names of its own
        env: {
          ...process.env,
          NODE_DISABLE_COMPILE_CACHE: '1',
          WHETSTONE_ROOT: allowed,
          HF_ENDPOINT: address,
          HF_TOKEN: '',
          WHETSTONE_PROGRESS: 'none',
        },
        cwd: allowed,
      },
    )
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()))
    assert.is(await new Promise((ended) => child.on('close', ended)), 0, output)
    assert.not.match(output, /FAULT/)
    assert.match(output, /done [1-9]/, 'the one with a good name is there')
    const outside = readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => writes.test(line) && !/= -1 E/.test(line))
      .flatMap((line) => [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, path]) => ({ path: resolve(allowed, path as string), line })))
      .filter(
        ({ path }) =>
          !path.startsWith(`${allowed}/`) && path !== allowed && !/^\/(?:dev\/(?:null|tty|pts\/\d+)|proc\/self\/|dev\/shm\/)/.test(path),
      )
    assert.equal(
      outside.map(({ line }) => line),
      [],
    )
  })

test.after(() => {
  hub.closeAllConnections()
  hub.close()
})
test.run()
