import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { honest, squareTests, type Attack, type Target } from './attacks/attack.ts'
import { limits, type Limits, type Sandbox } from './sandbox.ts'
import { tryProgram, type TrialResult } from './trial.ts'

type Suite = (name: string, test: () => Promise<void>) => void

/** Few seconds and little memory, so that attacks by exhaustion end soon. */
const tight: Limits = { seconds: 1, memory: 256, output: 4 }
/** Attacks at a time; an honest program is graded beside them after every so many. */
const lanes = 3
const between = 6

/**
 * What every sandbox must do: pass the honest, fail the wrong, contain every attack (failed, nothing told, nothing touched, nobody called,
 * no process left), and grade the honest correctly meanwhile.
 */
export function sandboxContract(test: Suite, sandbox: Sandbox, attacks: readonly Attack[]): void {
  const tests = squareTests[sandbox.language]
  const attempt = (source: string, bounds?: Limits) => tryProgram(sandbox, { sources: [source], names: ['f'], setup: '', tests }, bounds)
  const fairly = () => attempt(honest[sandbox.language], limits)

  test(`${sandbox.name}: an honest program passes, a wrong one does not`, async () => {
    assert.is(await sandbox.missing(), null)
    const [right, wrong] = await Promise.all([fairly(), attempt(honest[sandbox.language].replace('x * x', 'x + x'))])
    assert.equal(
      [right.passed, right.reason, right.tests, right.sandbox],
      [true, 'correct', { passed: tests.length, total: tests.length }, sandbox.name],
    )
    assert.equal([wrong.passed, wrong.reason, wrong.tests], [false, 'wrong answer', { passed: 0, total: tests.length }])
  })

  let done: Promise<{ results: Map<string, TrialResult>; honest: boolean[]; harm: string[] }> | undefined
  const all = () => (done ??= attackAll())
  async function attackAll() {
    const target = await openTarget()
    const results = new Map<string, TrialResult>()
    const fair: boolean[] = []
    const queue = [...attacks]
    try {
      const lane = async () => {
        for (let next = queue.shift(); next; next = queue.shift()) {
          results.set(next.name, await attempt(next.source(target), tight))
          if (results.size % between === 0) fair.push((await fairly()).passed)
        }
      }
      await Promise.all(Array.from({ length: lanes }, lane))
      fair.push((await fairly()).passed)
      return { results, honest: fair, harm: await target.harm() }
    } finally {
      target.close()
    }
  }

  for (const { name } of attacks)
    test(`${sandbox.name} contains: ${name}`, async () => {
      const result = (await all()).results.get(name) as TrialResult
      assert.is(result.passed, false, JSON.stringify(result))
      assert.is(result.tests.passed, 0, JSON.stringify(result))
      assert.not(result.detail.includes(secret), 'the secret was read')
      assert.not(result.detail.includes('assert f(-'), 'the tests were read')
      assert.ok(result.seconds < tight.seconds + 4, `${result.seconds} s`)
    })

  test(`${sandbox.name}: after all attacks the machine is unharmed and honest programs passed all along`, async () => {
    const { honest: fair, harm } = await all()
    assert.equal(harm, [])
    assert.ok(fair.length > attacks.length / between - 1)
    assert.ok(fair.every(Boolean), `honest programs passed: ${fair.join(', ')}`)
  })
}

const secret = 'swordfish-7f3a'

/** Something to aim at, and a look at what became of it. */
async function openTarget(): Promise<Target & { harm(): Promise<string[]>; close(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-target-'))
  const file = join(folder, 'secret')
  writeFileSync(file, secret, { mode: 0o666 })
  let callers = 0
  const server = createServer((socket) => (callers++, socket.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const harm = async () => {
    const left = await lingering()
    const untouched = readFileSync(file, 'utf8') === secret && (statSync(file).mode & 0o777) !== 0 && readdirSync(folder).length === 1
    return [
      ...(untouched ? [] : [`${file} was touched`]),
      ...(callers === 0 ? [] : [`${callers} network connections`]),
      ...(left.length === 0 ? [] : [`processes left: ${left.join(', ')}`]),
    ]
  }
  const close = () => (server.close(), rmSync(folder, { recursive: true, force: true }))
  return { file, secret, port: (server.address() as AddressInfo).port, pid: process.pid, harm, close }
}

/** Our descendants that still run two seconds after the last attack, judges that rest left out, and cells that nobody holds any more; found on Linux only. */
async function lingering(): Promise<string[]> {
  if (process.platform !== 'linux') return []
  for (let tries = 0; ; tries++) {
    const found = descendants()
    if (found.length === 0 || tries === 20) return found
    await sleep(100)
  }
}

function descendants(): string[] {
  const running = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8')
        const field = (name: string) => new RegExp(String.raw`^${name}:\s+(\S+)`, 'm').exec(status)?.[1] ?? ''
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return field('State') === 'Z' ? [] : [{ pid, parent: field('PPid'), command }]
      } catch {
        return [] // it ended while we looked
      }
    })
  const below = (pid: string): typeof running =>
    running.filter(({ parent }) => parent === pid).flatMap((each) => [each, ...below(each.pid)])
  const orphans = running.filter(({ parent, command }) => parent === '1' && /def perform\(|-cell\.ts /.test(command))
  return [...below(String(process.pid)), ...orphans]
    .filter(({ command }) => !/-cell\.ts .*judge|def judge\(/.test(command))
    .map(({ command }) => command.slice(-80))
}
