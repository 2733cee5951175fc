// A run is mirrored to an S3 server, its machine's folders are deleted, loops:restore brings it back elsewhere, and the next round ends as the one without the loss.
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { paths, root } from '@whetstone/core'
import { s3Server } from '@whetstone/store/s3-server.ts'

const test = suite('restore')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-restore-'))
test.after(() => rmSync(scratch, { recursive: true, force: true }))

function command(folder: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [join(root, 'packages/cli/whetstone.mjs'), ...args], {
    env: { ...process.env, WHETSTONE_ROOT: folder, WHETSTONE_PROGRESS: 'none' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (text: Buffer) => (output += text.toString()))
  child.stderr.on('data', (text: Buffer) => (output += text.toString()))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}
const round = (folder: string, number: number, ...more: string[]) =>
  command(
    folder,
    'loops:cycle',
    '--limit=12',
    '--samples=1',
    '--seed=3',
    '--threads=1',
    '--set',
    'settings.probe.tasks=0',
    `--until-round=${number}`,
    ...more,
  )

/** What round 2 made, less times. */
const made = (folder: string) =>
  [
    'reports/tiny/round-002/round.json',
    'datasets/tiny/round-002/traces.jsonl',
    'datasets/tiny/round-002/sft.jsonl',
    'checkpoints/tiny/incumbent.json',
  ].map((file) =>
    readFileSync(join(folder, file), 'utf8')
      .replaceAll(folder, '')
      .replace(/"(seconds|createdAt|modified)":\s*("[^"]*"|[\d.e+-]+)/g, '"$1":0'),
  )

const missing = existsSync(paths.tool('llama-sample')) ? null : 'tools/bin/llama-sample not built: run `npx nx run tools:build`'
if (missing) console.log(`SKIP restore: ${missing}`)
else
  test('mirrored, lost, restored: the next round equals the one without the loss', async () => {
    await using server = await s3Server('bucket')
    const first = join(scratch, 'first')
    const begun = await round(first, 1, '--store=s3://bucket/team')
    assert.is(begun.code, 0, begun.output)
    const kept = join(scratch, 'kept')
    cpSync(first, kept, { recursive: true })
    rmSync(first, { recursive: true })

    const fresh = join(scratch, 'fresh')
    const restored = await command(fresh, 'loops:restore', '--from=s3://bucket/team', '--run=tiny')
    assert.is(restored.code, 0, restored.output)
    assert.match(restored.output, /Run tiny is whole here: \d+ files, .* 1 rounds are done/)
    assert.ok(restored.output.includes(server.host), restored.output)
    const again = await command(fresh, 'loops:restore', '--from=s3://bucket/team', '--run=tiny')
    assert.match(again.output, /of which 0\.0 MB came/)

    const [lost, undisturbed] = await Promise.all([round(fresh, 2, '--store=s3://bucket/team'), round(kept, 2)])
    assert.is(lost.code, 0, lost.output)
    assert.is(undisturbed.code, 0, undisturbed.output)
    assert.equal(made(fresh), made(kept))
  })

test('what cannot be restored is one line', async () => {
  for (const [args, says] of [
    [[], /^Say from where and which run/],
    [['--from=/nowhere/at/all', '--run=tiny'], /^\/nowhere\/at\/all holds no run tiny: it holds none/],
    [['--from=s3://bucket', '--run=../x'], /cannot name a run/],
  ] as const) {
    const { code, output } = await command(join(scratch, 'none'), 'loops:restore', ...args)
    assert.is(code, 1)
    assert.match(output, says)
    assert.is(output.trim().split('\n').length, 1)
  }
})

test.run()
