// Every command of the tutorial and the how-tos, run one after another as they stand in a folder of their own; rounds with few tasks. Some minutes: WHETSTONE_DOCS=1. (docs.test.ts parses those of all pages, always.)
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '@whetstone/core'

const test = suite('docs run')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-docs-'))
const recipe = join(root, 'loops/recipes/mine.ts')
const mine = existsSync(recipe)
test.after(() => {
  rmSync(scratch, { recursive: true, force: true })
  if (!mine) rmSync(recipe, { force: true })
})

/** What cannot be run everywhere, and why. */
const elsewhere: readonly [RegExp, string][] = [
  [/models:pull|hf:/, 'the hub'],
  [/--endpoint|--recipe=gsm8k/, "an endpoint, or GSM8K's data"],
  [/tools:build|--gpu=auto/, 'a GPU'],
  [/loops:init$/, 'somebody who answers'],
]
/** What ends with 1 where nothing is open. */
const refusing = /--redo-from/

function run(line: string): Promise<{ code: number | null; output: string }> {
  const [, name = '', rest = ''] = /^npx nx run (\S+)(.*?)(?:\s+#.*)?$/.exec(line) ?? []
  const given = rest.trim() === '' ? [] : rest.trim().split(/\s+/)
  const few = name === 'loops:cycle' && !rest.includes('--limit') ? ['--limit=24', '--set', 'settings.probe.tasks=0'] : []
  const child = spawn(process.execPath, [join(root, 'packages/cli/whetstone.mjs'), name, ...given, ...few], {
    cwd: scratch,
    env: { ...process.env, WHETSTONE_ROOT: scratch, WHETSTONE_PROGRESS: 'none' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      output += text.toString()
      // the viewer serves until it is told to end
      if (/Runs are shown at/.test(output)) child.kill('SIGINT')
    })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}

if (process.env['WHETSTONE_DOCS'] === undefined) console.log('  (docs run: set WHETSTONE_DOCS=1)')
else {
  const sums = Array.from({ length: 300 }, (_, i) => [100 + 7 * i, 200 + 3 * i] as const)
  const turned = (number: number) => String(number).split('').reverse().join('')
  writeFileSync(
    join(scratch, 'tasks.csv'),
    `question,answer\n${sums.map(([a, b]) => `${turned(a)}+${turned(b)}=,${turned(a + b)}`).join('\n')}\n`,
  )
  const sample = (right: boolean, i: number) => ({
    doc_id: i,
    doc: { question: `q${i}` },
    target: 'a',
    resps: [['a']],
    filtered_resps: ['a'],
    filter: 'strict-match',
    exact_match: right ? 1 : 0,
  })
  for (const [name, every] of [
    ['base', 3],
    ['tuned', 2],
  ] as const)
    writeFileSync(
      join(scratch, `samples_gsm8k_${name}.jsonl`),
      Array.from({ length: 40 }, (_, i) => JSON.stringify(sample(i % every === 0, i))).join('\n'),
    )
  test.before(async () => {
    const { code, output } = await run('npx nx run loops:cycle --run=second')
    assert.is(code, 0, output)
  })
  for (const page of ['tutorial.md', 'how-to.md'])
    for (const line of [...readFileSync(join(root, 'docs', page), 'utf8').matchAll(/^npx nx run .*$/gm)].map(([command]) => command)) {
      const why = elsewhere.find(([shape]) => shape.test(line))?.[1]
      if (why) continue
      test(`${page}: ${line}`, async () => {
        if (/loops:init --yes/.test(line) && !mine) rmSync(recipe, { force: true })
        const { code, output } = await run(line)
        assert.is(code, refusing.test(line) ? 1 : line.endsWith('loops:view') ? 130 : 0, output)
      })
    }
}

test.run()
