// Every command of the tutorial and the how-tos, run one after another as they stand in a folder of their own; rounds with few tasks. Some minutes: WHETSTONE_DOCS=1, or one page alone: WHETSTONE_DOCS=tutorial,
// WHETSTONE_DOCS=how-to. (docs.test.ts parses those of all pages, always.)
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '@whetstone/core'
import { docsFiles } from './docs-files.ts'

const test = suite('docs run')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-docs-'))
const recipe = join(root, 'loops/recipes/mine.ts')
const mine = existsSync(recipe)
const essays = join(root, 'loops/recipes/essays.ts')
test.after(() => {
  rmSync(scratch, { recursive: true, force: true })
  if (!mine) rmSync(recipe, { force: true })
  rmSync(essays, { force: true })
})

/** What cannot be run everywhere, and why. */
const elsewhere: readonly [RegExp, string][] = [
  [/models:pull|hf:/, 'the hub'],
  [/--endpoint|--recipe=gsm8k/, "an endpoint, or GSM8K's data"],
  [/tools:build|--gpu\b/, 'a GPU'],
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
  let told = false
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      output += text.toString()
      // the viewer serves until it is told to end
      if (!told && /Runs are shown at/.test(output)) told = child.kill('SIGINT')
    })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}

const wanted = process.env['WHETSTONE_DOCS']
if (wanted === undefined) console.log('  (docs run: set WHETSTONE_DOCS=1)')
else {
  const pages = ['tutorial', 'how-to'].filter((page) => wanted === '1' || wanted === page)
  assert.ok(pages.length > 0, `WHETSTONE_DOCS=${wanted}: 1, tutorial or how-to`)
  for (const [name, content] of Object.entries(docsFiles())) writeFileSync(join(scratch, name), content)
  test.before(async () => {
    // what the pages have done before: another run, and where the tutorial is left out the rounds that it makes
    for (const line of ['loops:cycle --run=second', ...(pages.includes('tutorial') ? [] : ['loops:cycle', 'loops:cycle'])]) {
      const { code, output } = await run(`npx nx run ${line}`)
      assert.is(code, 0, output)
    }
  })
  for (const page of pages)
    for (const line of [...readFileSync(join(root, 'docs', `${page}.md`), 'utf8').matchAll(/^npx nx run .*$/gm)].map(
      ([command]) => command,
    )) {
      const why = elsewhere.find(([shape]) => shape.test(line))?.[1]
      if (why) continue
      test(`${page}: ${line}`, async () => {
        if (/loops:init --yes --name=mine/.test(line) && !mine) rmSync(recipe, { force: true })
        const started = performance.now()
        const { code, output } = await run(line)
        console.log(`  ${((performance.now() - started) / 1000).toFixed(1)} s  ${line}`)
        assert.is(code, refusing.test(line) ? 1 : line.endsWith('loops:view') ? 130 : 0, output)
      })
    }
}

test.run()
