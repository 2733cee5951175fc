// What the tests in this folder share: a round of `tiny` of a few seconds, started under odd clocks and in odd places, and what it made in the end.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { deriveSeed, random, root } from '@whetstone/core'

/** How often a round is killed in all; WHETSTONE_TORTURE=100 for the long run, or 25 with each of four seeds. */
export const kills = Number(process.env['WHETSTONE_TORTURE'] ?? 3)
const seed = Number(process.env['WHETSTONE_TORTURE_SEED'] ?? 1)
export const next = random(deriveSeed(seed, 'torture'))
export const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T

export const scratch = mkdtempSync(join(tmpdir(), 'whetstone-torture-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))
const whetstone = join(root, 'packages/cli/whetstone.mjs')
export const cycle: readonly string[] = [
  'loops:cycle',
  '--limit=24',
  '--samples=1',
  '--seed=5',
  '--threads=2',
  '--until-round=1',
  '--set',
  'settings.probe.tasks=0',
]

/** A clock that is off by so many milliseconds, and jumps to another such after a while, for what reads Date. */
const clock = join(scratch, 'clock.mjs')
writeFileSync(
  clock,
  `const Real = Date, begin = performance.now(), { CLOCK_OFF = 0, CLOCK_JUMP = 0, CLOCK_AT = Infinity } = process.env
const now = () => Real.now() + Number(CLOCK_OFF) + (performance.now() - begin > Number(CLOCK_AT) ? Number(CLOCK_JUMP) : 0)
globalThis.Date = class extends Real { constructor(...given) { if (given.length) super(...given); else super(now()) } static now() { return now() } }`,
)
const hour = 3_600_000
const year = 365 * 24 * hour
const places = [{}, { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8' }, { TZ: 'America/St_Johns', LC_ALL: 'ar' }, { LC_ALL: 'C' }]

export function start(folder: string, args: readonly string[] = cycle, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--import', clock, whetstone, ...args], {
    env: {
      ...process.env,
      ...pick(places),
      CLOCK_OFF: String(pick([0, -year, year])),
      CLOCK_JUMP: String(pick([0, -hour, hour, -year])),
      CLOCK_AT: String(3000 * next()),
      WHETSTONE_ROOT: folder,
      WHETSTONE_PROGRESS: 'none',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const run = { child, output: '', over: false, ended: Promise.resolve({ code: 0 as number | null, output: '' }) }
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (run.output += text.toString()))
  run.ended = new Promise((resolve) => child.on('close', (code) => ((run.over = true), resolve({ code, output: run.output }))))
  return run
}
/** Waits until something is so, or the process has ended. */
export async function until(run: { over: boolean }, fact: () => boolean): Promise<void> {
  while (!run.over && !fact()) await sleep(5)
}

type Part = 'reports' | 'datasets' | 'checkpoints'
export const inRound = (folder: string, part: Part, name: string): string => join(folder, part, 'tiny/round-001', name)
export const lines = (file: string): number => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0)

/** What a round made, less times, places and what depends on them. */
function made(folder: string): Record<string, string> {
  const strip = (text: string) =>
    text
      .replaceAll(folder, '')
      .replace(/"where":"[^"]*",/g, '')
      .replace(/"(seconds|createdAt|samplingSeconds|tokens_per_second|cpu_seconds|modified)":\s*("[^"]*"|[\d.e+-]+)/g, '"$1":0')
      .replace(/,?\s*"spread": \{[^}]*\}[^}]*\}/, '')
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

let whole: Record<string, string> | undefined
/** Where the round that nobody disturbed lies. */
export const undisturbed = join(scratch, 'undisturbed')
export async function runUndisturbed(): Promise<void> {
  const { code, output } = await start(undisturbed).ended
  assert.is(code, 0, output)
  whole = made(undisturbed)
}

/** The round equals the undisturbed one in all but times; no trace lies there twice. */
export function sameAs(folder: string, says: string): void {
  const got = made(folder)
  assert.equal(Object.keys(got), Object.keys(whole ?? {}), says)
  for (const [name, text] of Object.entries(whole ?? {})) assert.ok(got[name] === text, `${name} differs ${says}`)
  const ids = (got['traces.jsonl'] as string)
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { id: string }).id)
  assert.is(new Set(ids).size, ids.length, `a trace is doubled ${says}`)
}
/** A stop that a user understands: not a fault of ours. */
export const clear = (output: string): void => assert.ok(!/fault of Whetstone's own/.test(output), output)
