import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '@whetstone/core'
import { commandNames } from './src/main.ts'

type Plugin = {
  ownCommand(argv: readonly string[]): string[] | null
  createNodesV2: [string, (files: string[]) => [string, { projects: Record<string, { targets: Record<string, unknown> }> }][]]
}
const { ownCommand, createNodesV2 } = (await import(join(import.meta.dirname, 'nx-commands.mjs'))) as Plugin

const test = suite('nx-commands')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-nx-'))

/** Runs Nx as `npx nx` does, in a process group of its own, as a terminal's. */
function nx(...args: string[]) {
  const child = spawn(process.execPath, [join(root, 'node_modules/.bin/nx'), ...args], {
    cwd: join(root, 'packages/cli'), // any folder of the checkout
    detached: true,
    env: { ...process.env, WHETSTONE_ROOT: scratch, WHETSTONE_PROGRESS: 'none', NX_TUI: undefined },
  })
  let [out, error] = ['', '']
  child.stdout.on('data', (text) => (out += text))
  child.stderr.on('data', (text) => (error += text))
  const ended = new Promise<{ code: number | null; out: string; error: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, out, error })),
  )
  return { pid: child.pid as number, ended }
}

test('the folder listing of commands/ is the list of targets', () => {
  const files = commandNames().map((name) => `packages/cli/src/commands/${name.replace(':', '/')}.ts`)
  const [, nodes] = createNodesV2
  const targets = nodes([...files, 'packages/cli/src/commands/loops/cycle.test.ts']).flatMap(([, { projects }]) =>
    Object.entries(projects).flatMap(([project, { targets }]) => Object.keys(targets).map((target) => `${project}:${target}`)),
  )
  assert.equal(targets.sort(), commandNames())
  assert.equal(Object.keys(nodes(['packages/core/package.json'])[0]?.[1].projects['packages/core']?.targets ?? {}), ['test', 'lint'])
  for (const name of commandNames()) assert.ok(existsSync(join(root, name.split(':')[0] as string, 'project.json')), name)
})

for (const [line, expected] of [
  ['run loops:cycle --rounds=2', ['loops:cycle', '--rounds=2']],
  ['run loops:memory list -- --json=-', ['loops:memory', 'list', '--json=-']],
  ['loops:status', ['loops:status']],
  ['status loops --run=x', ['loops:status', '--run=x']],
  ['run loops:nothing', null],
  ['run loops:../../main', null],
  ['run loops:cycle:production', null],
  ['run @whetstone/core:test', null],
  ['affected -t test', null],
  ['run-many -t lint', null],
  ['', null],
] as const)
  test(`nx ${line} is ${expected?.join(' ') ?? "Nx's own"}`, () => assert.equal(ownCommand(line.split(' ')), expected))

test('a command prints what it prints, and ends with its own exit code', async () => {
  const help = await nx('run', 'loops:help', 'loops:grade').ended
  assert.is(help.code, 0, help.error)
  assert.match(help.out, /^loops:grade: /)
  assert.is(help.error, '')
  assert.not.match(help.out, /NX|nx run loops:help|Recoverable|Successfully/)
  const refused = await nx('run', 'loops:grade', '--nope').ended
  assert.equal([refused.code, refused.out, refused.error.trimEnd().split('\n').length], [1, '', 1])
})

test('Ctrl-C ends it with 130 and one line, however often the signal comes on its way', async () => {
  const { pid, ended } = nx('run', 'loops:cycle')
  const lock = join(scratch, 'reports/tiny/writer.lock.owner')
  while (!existsSync(lock)) await sleep(20)
  process.kill(-pid, 'SIGINT')
  process.kill(pid, 'SIGINT')
  const { code, error } = await ended
  assert.is(code, 130)
  assert.is(error, 'Stopping: what was done is kept, and the same command goes on from there\n')
  assert.not.ok(existsSync(lock))
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
