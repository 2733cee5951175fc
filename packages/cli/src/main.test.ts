import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '@whetstone/core'

const test = suite('main')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-main-'))
mkdirSync(join(scratch, 'elsewhere'))
mkdirSync(join(scratch, 'reports/first/round-001'), { recursive: true })
writeFileSync(join(scratch, 'reports/first/round-001/round.json'), '{}')

function command(args: readonly string[], cwd = root) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'packages/cli/whetstone.mjs'), ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, WHETSTONE_ROOT: scratch, WHETSTONE_HERE: undefined, WHETSTONE_PROGRESS: 'none' },
  })
  return { status, stdout, stderr }
}

for (const [args, message] of [
  [['loops:cylce'], /^No command "loops:cylce": did you mean "loops:cycle"\?/],
  [['../../main'], /^No command/],
  [['loops:cycle', '--recipe=tin'], /^No recipe "tin": did you mean "tiny"\?/],
  [['loops:cycle', '--recipe=../../x'], /^No recipe/],
  [['loops:cycle', '--threads=1e9'], /^--threads takes a whole number from 1 to 1024/],
  [['loops:cycle', '--model=models/none'], /models\/none not found/],
  [['loops:cycle', '--run=../x'], /^"\.\.\/x" cannot name a run/],
  [['loops:status', '--run=fist'], /^No run "fist": did you mean "first"\?/],
  [['loops:report', '--run=nope'], /^No run "nope": runs: first/],
  [['loops:compare', '--run=nope'], /^No run "nope"/],
  [['datasets:export', '--run=nope', '--format=openai'], /^No run "nope"/],
] as const)
  test(`${args.join(' ')} is refused with 1 and one line`, () => {
    const { status, stdout, stderr } = command(args)
    assert.equal([status, stdout, stderr.trimEnd().split('\n').length], [1, '', 1], stderr)
    assert.match(stderr, message)
  })

test('--json=- gives stdout to the JSON alone, a file is written where the user stands', () => {
  const here = join(scratch, 'elsewhere')
  const piped = command(['loops:doctor', '--json=-'], here)
  assert.is(piped.status, 0, piped.stderr)
  const checks = JSON.parse(piped.stdout) as { what: string }[]
  assert.is(checks[0]?.what, 'Node')
  assert.match(piped.stderr, /^ok +Node/)
  const filed = command(['loops:doctor', '--json=checks.json'], here)
  assert.match(filed.stdout, /^ok +Node/)
  assert.equal(Object.keys(JSON.parse(readFileSync(join(here, 'checks.json'), 'utf8'))[0]), Object.keys(checks[0] as object))
})

test('a reader that goes away is no error', () => {
  const { status, stderr } = spawnSync(
    'sh',
    ['-c', `"$0" "$1" loops:help | head -c 1`, process.execPath, join(root, 'packages/cli/whetstone.mjs')],
    {
      encoding: 'utf8',
    },
  )
  assert.equal([status, stderr], [0, ''])
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test('messages on stderr draw their own line anew and act in no other way', async () => {
  const { messageText } = await import('./main.ts')
  assert.is(messageText('\r\u001b[2K  attempts 3/4'), '\r\u001b[2K  attempts 3/4')
  assert.is(messageText('file \u001b]0;x\u0007\r\u202e is torn\n'), 'file \u241b]0;x\u2407\u240d\u27e8U+202E\u27e9 is torn\n')
})

test.run()
