// A round that is killed at every kind of moment, started twice at once, on a disk that fills up, with torn and flipped records, under clocks that jump and in odd places: it
// ends as an undisturbed one in all but times, or stops with a sentence and goes on when what stopped it is mended. A few of each in CI; WHETSTONE_TORTURE=100 for the long one.
import { spawn, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { deriveSeed, random, root } from '@whetstone/core'

const kills = Number(process.env['WHETSTONE_TORTURE'] ?? 3)
const seed = Number(process.env['WHETSTONE_TORTURE_SEED'] ?? 1)
const next = random(deriveSeed(seed, 'torture'))
const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T

const test = suite('torture')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-torture-'))
const whetstone = join(root, 'packages/cli/whetstone.mjs')
const cycle = ['loops:cycle', '--limit=24', '--samples=1', '--seed=5', '--threads=2', '--until-round=1', '--set', 'settings.probe.tasks=0']

/** A clock that is off by so many milliseconds, for what reads Date. */
const clock = join(scratch, 'clock.mjs')
writeFileSync(
  clock,
  `const off = Number(process.env.CLOCK_OFF ?? 0), Real = Date
globalThis.Date = class extends Real { constructor(...given) { if (given.length) super(...given); else super(Real.now() + off) } static now() { return Real.now() + off } }`,
)
const year = 365 * 86_400_000
const places = [{}, { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8' }, { TZ: 'America/St_Johns', LC_ALL: 'ar' }, { LC_ALL: 'C' }]

function start(folder: string, args: readonly string[] = cycle) {
  const child = spawn(process.execPath, ['--import', clock, whetstone, ...args], {
    env: { ...process.env, ...pick(places), CLOCK_OFF: String(pick([0, -year, year])), WHETSTONE_ROOT: folder, WHETSTONE_PROGRESS: 'none' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()))
  return {
    child,
    ended: new Promise<{ code: number | null; output: string }>((resolve) => child.on('close', (code) => resolve({ code, output }))),
  }
}

const inRound = (folder: string, part: 'reports' | 'datasets' | 'checkpoints', name: string) => join(folder, part, 'tiny/round-001', name)
const lines = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0)
/** Moments of a round, by what lies on the disk then. */
const moments: [name: string, come: (folder: string) => boolean][] = [
  ...['plan', 'traces', 'memories', 'dataset', 'candidate', 'arms', 'decision'].map((step): (typeof moments)[number] => [
    `step ${step}`,
    (folder) => existsSync(inRound(folder, 'reports', `steps/${step}.json`)),
  ]),
  ['the first train attempts', (folder) => lines(inRound(folder, 'datasets', 'traces.jsonl.chunks')) > 0],
  ['training', (folder) => lines(inRound(folder, 'checkpoints', 'metrics.jsonl')) > 2],
  ['the end of training', (folder) => lines(inRound(folder, 'checkpoints', 'metrics.jsonl')) > 8],
  ['the validation', (folder) => lines(inRound(folder, 'datasets', 'validation-incumbent-bare.jsonl.chunks')) > 0],
  ['the report', (folder) => existsSync(inRound(folder, 'reports', 'round.json'))],
]

/** What a round made, less times and what depends on them. */
function made(folder: string): Record<string, string> {
  const strip = (text: string) =>
    text
      .replaceAll(folder, '')
      .replace(/"(seconds|createdAt|samplingSeconds|tokens_per_second|cpu_seconds|modified)":\s*("[^"]*"|[\d.e+-]+)/g, '"$1":0')
  const found: Record<string, string> = {}
  for (const name of readdirSync(join(folder, 'datasets/tiny/round-001'))
    .filter((each) => each.endsWith('.jsonl'))
    .sort())
    found[name] = strip(readFileSync(inRound(folder, 'datasets', name), 'utf8'))
  found['round.json'] = strip(readFileSync(inRound(folder, 'reports', 'round.json'), 'utf8'))
  found['looks.json'] = strip(readFileSync(join(folder, 'reports/tiny/looks.json'), 'utf8'))
  found['weights'] = readFileSync(inRound(folder, 'checkpoints', 'candidate.gguf'))
    .toString('base64')
    .slice(-4000)
  return found
}
function sameAs(folder: string, says: string): void {
  const got = made(folder)
  assert.equal(Object.keys(got), Object.keys(undisturbed), says)
  for (const [name, text] of Object.entries(undisturbed)) assert.ok(got[name] === text, `${name} differs ${says}`)
  const ids = (got['traces.jsonl'] as string)
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { id: string }).id)
  assert.is(new Set(ids).size, ids.length, `a trace is doubled ${says}`)
}
/** A stop that a user understands: not a fault of ours. */
const clear = (output: string) => assert.not.match(output, /fault of Whetstone's own/)

let undisturbed: Record<string, string>
test.before(async () => {
  const folder = join(scratch, 'undisturbed')
  const { code, output } = await start(folder).ended
  assert.is(code, 0, output)
  undisturbed = made(folder)
})

test(`killed ${kills} times at moments of every kind, the round ends as the undisturbed one`, async () => {
  let folder = join(scratch, 'killed-0')
  const history: string[] = []
  for (let kill = 0; kill < kills; kill++) {
    const [name, come] = kill === 0 ? (moments.find(([moment]) => moment === 'training') as (typeof moments)[number]) : pick(moments)
    const { child, ended } = start(folder)
    const delay = 200 * next()
    let over = false
    void ended.then(() => (over = true))
    while (!over && !come(folder)) await sleep(5)
    await sleep(delay)
    child.kill(pick(['SIGKILL', 'SIGKILL', 'SIGHUP', 'SIGTERM'] as const))
    const { code, output } = await ended
    history.push(`${name} + ${delay.toFixed(0)} ms`)
    clear(output)
    if (code !== 0 || kill === kills - 1) continue
    sameAs(folder, `after ${history.join('; ')}`)
    folder = join(scratch, `killed-${kill + 1}`) // it was done: the next ones begin anew
  }
  const { code, output } = await start(folder).ended
  assert.is(code, 0, `${history.join('; ')}: ${output}`)
  sameAs(folder, `after ${history.join('; ')}`)
})

test('of two that start at once one does the round, the other names it', async () => {
  for (let pair = 0; pair < Math.max(1, kills / 20); pair++) {
    const folder = join(scratch, `pair-${pair}`)
    const both = await Promise.all([start(folder).ended, start(folder).ended])
    const codes = both.map(({ code }) => code).sort()
    assert.ok(codes.join() === '0,1' || codes.join() === '0,0', codes.join())
    for (const { code, output } of both) if (code === 1) assert.match(output, /Run tiny is in use by process \d+/)
    sameAs(folder, 'after two starters')
  }
})

test('records that were torn or flipped in the middle of a round: it ends the same, or stops with a sentence', async () => {
  const stopped = join(scratch, 'stopped')
  const { child, ended } = start(stopped)
  let over = false
  void ended.then(() => (over = true))
  while (!over && lines(inRound(stopped, 'checkpoints', 'metrics.jsonl')) < 3) await sleep(5)
  child.kill('SIGKILL')
  await ended
  for (let wound = 0; wound < Math.max(2, kills / 5); wound++) {
    const folder = join(scratch, `wounded-${wound}`)
    cpSync(stopped, folder, { recursive: true })
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/lock|\.log$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => statSync(file).size > 0)
      .sort()
    const file = pick(files)
    const size = statSync(file).size
    const at = Math.floor(next() * size)
    const tear = next() < 0.5
    if (tear) truncateSync(file, at)
    else {
      const bytes = readFileSync(file)
      bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(next() * 8))
      writeFileSync(file, bytes)
    }
    const says = `${tear ? 'torn' : 'flipped'} at ${at} of ${size}: ${file.slice(folder.length)}`
    const { code, output } = await start(folder).ended
    clear(`${says} ${output}`)
    if (code === 0) continue
    assert.is(code, 1, says)
    assert.match(output, /redo|delete|remove|mend|--run=|bring it back|rollback|check|free/, `${says}: ${output}`)
  }
})

test('a disk that fills up stops the round with a sentence, and it goes on where there is room', async () => {
  for (let point = 0; point < Math.max(1, (3 * kills) / 10); point++) {
    const small = join(scratch, `small-${point}`)
    mkdirSync(small)
    const size = Math.floor(1e6 + 9e6 * next())
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', small]).status !== 0) {
      process.stdout.write('\nSKIP a small disk: this user may not mount one\n')
      return
    }
    try {
      const { code, output } = await start(small).ended
      clear(`${size} bytes: ${output}`)
      if (code !== 0) assert.match(output, /[Dd]isk (is )?full|make room|are free|No space/, `${size} bytes: ${output}`)
      const roomy = join(scratch, `roomy-${point}`)
      cpSync(small, roomy, { recursive: true })
      const again = await start(roomy).ended
      assert.is(again.code, 0, `${size} bytes: ${again.output}`)
      sameAs(roomy, `after a disk of ${size} bytes`)
    } finally {
      spawnSync('umount', [small])
    }
  }
})

test('an export and a garbage collection that are killed leave a run that goes on', async () => {
  const folder = join(scratch, 'undisturbed')
  for (const args of [
    ['datasets:export', '--run=tiny', '--format=trl-messages', '--force'],
    ['loops:gc', '--run=tiny', '--keep=1', '--yes'],
  ]) {
    const { child, ended } = start(folder, args)
    await sleep(2000 * next())
    child.kill('SIGKILL')
    await ended
  }
  sameAs(folder, 'after a killed export and gc')
  const { code, output } = await start(folder, ['loops:gc', '--run=tiny', '--keep=1', '--yes']).ended
  assert.is(code, 0, output)
  sameAs(folder, 'after gc')
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
