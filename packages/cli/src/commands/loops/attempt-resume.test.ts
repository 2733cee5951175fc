// Tree searches whose budget runs out in the middle, killed (kill -9) between two of them, then the same command: the traces are those of an undisturbed run, stopped ones included.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '@whetstone/core'

const test = suite('attempt: resume')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-search-'))

function start(folder: string, solver: string, budget: number) {
  const flags = [
    '--recipe=r3',
    `--solver=${solver}`,
    '--set=solver.prompts=chains-1',
    '--set=settings.chunk=2',
    '--limit=4',
    '--temperature=1',
  ]
  const child = spawn(
    process.execPath,
    [join(root, 'packages/cli/whetstone.mjs'), 'loops:attempt', ...flags, `--set=settings.budget=${budget}`, '--threads=1', '--json=-'],
    { env: { ...process.env, WHETSTONE_ROOT: folder, WHETSTONE_PROGRESS: 'none' }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let [out, said] = ['', '']
  child.stdout.on('data', (text: Buffer) => (out += text.toString()))
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  const ended = new Promise<{ code: number | null; out: string; said: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, out, said })),
  )
  return { child, ended }
}

const attempts = (folder: string) => join(folder, 'datasets/attempts')
const filesOf = (folder: string, ending: string) =>
  existsSync(attempts(folder)) ? readdirSync(attempts(folder)).filter((name) => name.endsWith(ending)) : []
const lines = (folder: string, ending: string) =>
  filesOf(folder, ending).flatMap((name) =>
    readFileSync(join(attempts(folder), name), 'utf8')
      .trim()
      .split('\n')
      .filter(Boolean),
  )
/** Less times. */
const traces = (folder: string) =>
  lines(folder, '.jsonl').map((line) => line.replace(/"(seconds|createdAt)":("[^"]*"|[\d.e+-]+)/g, '"$1":0'))

for (const solver of ['beam', 'mcts'])
  test(`${solver}: a budget that runs out in mid-search is written down, and a killed run goes on to the same traces`, async () => {
    const [whole, killed] = [join(scratch, solver), join(scratch, `${solver}-killed`)]
    const undisturbed = await start(whole, solver, 90).ended
    assert.is(undisturbed.code, 0, undisturbed.said)
    const { stopped, attempts: count } = JSON.parse(undisturbed.out) as { stopped: number; attempts: number }
    assert.ok(stopped > 0 && stopped < count, `${stopped} of ${count} ended with the budget`)
    assert.match(undisturbed.said, new RegExp(`${stopped} attempts? ended with the budget of 90 tokens, with the best answer so far`))
    assert.is(traces(whole).filter((line) => line.includes('"stopped":"budget spent"')).length, stopped)

    const first = start(killed, solver, 90)
    let over = false
    void first.ended.then(() => (over = true))
    while (!over && lines(killed, '.chunks').length < 2) await sleep(5)
    first.child.kill('SIGKILL')
    await first.ended
    const before = lines(killed, '.chunks')
    assert.ok(before.length >= 2 && before.length < count / 2, `killed after ${before.length} chunks of ${count / 2}`)
    const again = await start(killed, solver, 90).ended
    assert.is(again.code, 0, again.said)
    assert.equal(lines(killed, '.chunks').slice(0, before.length), before, 'a whole chunk was done again')
    assert.equal(traces(killed), traces(whole))
  })

test('another budget is another file: traces of one are not given for those of the other', async () => {
  const folder = join(scratch, 'beam')
  const { code, out, said } = await start(folder, 'beam', 20).ended
  assert.is(code, 0, said)
  const { tokens, attempts: count } = JSON.parse(out) as { tokens: { completion: number }; attempts: number }
  assert.ok(tokens.completion <= 20 * count, `${tokens.completion} tokens of ${count} attempts`)
  assert.is(filesOf(folder, '.jsonl').length, 2)
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
