// A cycle followed live in a browser from its first file to its report: through a kill, a resume and reloads, from the run's own files.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '@whetstone/core'

const test = suite('view')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-view-'))
const children: ChildProcess[] = []
test.after(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(scratch, { recursive: true, force: true })
})

const start = (...args: string[]) => {
  const child = spawn(process.execPath, [join(root, 'packages/cli/whetstone.mjs'), ...args], {
    env: { ...process.env, WHETSTONE_ROOT: scratch, WHETSTONE_PROGRESS: 'none' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  children.push(child)
  return child
}
const cycle = () => start('loops:cycle', '--recipe=tiny', '--limit=48', '--samples=1')
const until = async (fact: () => boolean) => {
  while (!fact()) await sleep(50)
}
const step = (name: string) => join(scratch, 'reports/tiny/round-001/steps', `${name}.json`)

const browser = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((file) => existsSync(file))
if (browser === undefined) console.log('SKIP a cycle followed in a browser: chromium is not installed (apt-get install chromium)')
else
  test('a cycle is followed from start to end, through a kill and a resume', async () => {
    const { chromium } = await import('playwright-core')
    const viewer = start('loops:view', '--port=5210')
    const [first] = (await once(viewer.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
    const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(first.toString())?.[0] as string
    const opened = await chromium.launch({
      executablePath: browser,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
    try {
      const tab = await opened.newPage()
      tab.setDefaultTimeout(0)
      await tab.goto(url)
      assert.match(await tab.innerText('main'), /No run has begun here/)
      let run = cycle()
      await until(() => existsSync(join(scratch, 'reports/tiny/run.json')))
      await tab.goto(`${url}runs/tiny`, { waitUntil: 'domcontentloaded' })
      // nothing is reloaded from here on: the page follows the files
      await tab.locator('main', { hasText: 'Round 1 is being done' }).waitFor()
      await until(() => existsSync(step('traces')))
      run.kill('SIGKILL')
      await once(run, 'exit')
      await tab.locator('#live', { hasText: 'stopped before' }).waitFor()
      await tab.reload({ waitUntil: 'domcontentloaded' })
      await tab.locator('#live', { hasText: 'stopped before' }).waitFor()
      run = cycle()
      await tab.locator('#live', { hasText: 'under way' }).waitFor()
      await tab
        .locator('main table', { hasText: /promoted|kept/ })
        .first()
        .waitFor()
      const [code] = (await once(run, 'exit')) as [number]
      assert.is(code, 0)
      await tab.locator('#live', { hasText: '1 round done' }).waitFor()
      await tab.goto(`${url}runs/tiny/rounds/1`, { waitUntil: 'domcontentloaded' })
      const text = await tab.innerText('main')
      for (const wanted of ['Won and lost', 'Training: loss over steps', 'From attempts to weights'])
        assert.ok(text.includes(wanted), wanted)
      viewer.kill('SIGTERM')
      await tab.locator('#live', { hasText: 'viewer has ended' }).waitFor()
    } finally {
      await opened.close()
    }
  })

test.run()
