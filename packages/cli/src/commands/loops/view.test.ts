// A cycle that somebody watches: a browser stays on a run's pages from before its first step to its decision, through a SIGKILL and the same command again, reloaded every other second. A round of few
// tasks in CI; WHETSTONE_FOLLOW=long for recipe tiny as it is, killed in three steps.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '@whetstone/core'
import { stepNames, type StepName } from '@whetstone/runs/step-names.ts'
import type { Page } from 'playwright-core'
import { findBrowser } from '@whetstone/reports/find-browser.ts'

const long = process.env['WHETSTONE_FOLLOW'] === 'long'
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-follow-'))
const whetstone = join(root, 'packages/cli/whetstone.mjs')
const few = long ? [] : ['--limit=16', '--samples=1', '--set', 'settings.probe.tasks=0']
const cycle = ['loops:cycle', '--seed=5', '--threads=2', '--until-round=1', ...few]
/** The steps in which the cycle is killed. */
const kills: readonly StepName[] = long ? ['traces', 'candidate', 'arms'] : ['candidate']
/** A page is told within so many milliseconds of what has changed on the disk, on a busy machine too. */
const patience = 60_000

const children: ChildProcess[] = []
function start(args: readonly string[]) {
  const child = spawn(process.execPath, [whetstone, ...args], {
    env: { ...process.env, WHETSTONE_ROOT: scratch, WHETSTONE_PROGRESS: 'none' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()))
  return {
    child,
    said: () => output,
    ended: new Promise<{ code: number | null; output: string }>((resolve) => child.on('close', (code) => resolve({ code, output }))),
  }
}
/** Waits until what is on the disk is so, or the process has ended. */
async function until(process_: ReturnType<typeof start>, come: () => boolean) {
  let over = false
  void process_.ended.then(() => (over = true))
  while (!over && !come()) await sleep(5)
}
const report = join(scratch, 'reports/tiny/round-001')
/** The step that the files say comes next; undefined where the round has its record. */
const nextStep = () =>
  existsSync(join(report, 'round.json'))
    ? undefined
    : (stepNames.find((step) => !existsSync(join(report, 'steps', `${step}.json`))) ?? 'report')
/** A step is under way, or over. */
const reached = (step: StepName) => () => {
  const next = nextStep()
  return next === undefined || next === 'report' || stepNames.indexOf(next) >= stepNames.indexOf(step)
}
/** Holds a process still while something is looked at: how fast it is does not matter then. */
async function held<T>({ child }: ReturnType<typeof start>, look: () => Promise<T>): Promise<T> {
  child.kill('SIGSTOP')
  try {
    return await look()
  } finally {
    child.kill('SIGCONT')
  }
}

const test = suite('view')
test.after(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(scratch, { recursive: true, force: true })
})

const browser = findBrowser()
if (browser === undefined) console.log('SKIP a cycle followed in a browser: chromium is not installed (apt-get install chromium)')
else
  test('a cycle is followed from before its start to its decision, through SIGKILL and resume, reloaded at any time', async () => {
    const viewer = start(['loops:view', '--port=4960'])
    await until(viewer, () => /http:\S+/.test(viewer.said()))
    const url = /http:\S+/.exec(viewer.said())?.[0] as string
    const { chromium } = await import('playwright-core')
    const opened = await chromium.launch({ executablePath: browser, args: ['--no-sandbox', '--disable-gpu'] })
    const wrong: string[] = []
    /** A tab whose every complaint fails the test. */
    const tab = async (): Promise<Page> => {
      // a small window: what is drawn costs, and is not looked at
      const page = await opened.newPage({ viewport: { width: 400, height: 300 } })
      page.setDefaultTimeout(patience)
      page.on('pageerror', (error) => wrong.push(error.message))
      page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()))
      page.on('response', (response) => response.status() >= 400 && wrong.push(`${response.status()} ${response.url()}`))
      return page
    }
    const shows = (page: Page, words: string | RegExp) => page.getByText(words).first().waitFor()
    try {
      const runs = await tab()
      await runs.goto(url)
      await shows(runs, 'No run has begun here')
      let process_ = start(cycle)
      // begun under their eyes: nobody reloads
      await until(process_, () => existsSync(join(report, 'steps/plan.json')))
      await held(process_, async () => {
        await runs.getByRole('link', { name: 'tiny', exact: true }).click()
        if (nextStep() !== undefined) await runs.getByRole('link', { name: 'Look at it' }).waitFor()
      })
      const round = await tab()
      await round.goto(`${url}runs/tiny/rounds/1`)
      let reloading = true
      let reloads = 0
      const reloader = (async () => {
        const page = await tab()
        await page.goto(`${url}runs/tiny/rounds/1`)
        while (reloading) {
          await page.reload({ waitUntil: 'domcontentloaded' })
          assert.ok(await page.getByRole('heading', { level: 1 }).isVisible())
          reloads++
          await sleep(2000)
        }
        await page.close()
      })().catch((error: Error) => void wrong.push(error.message))
      for (const step of kills) {
        await until(process_, reached(step))
        const next = await held(process_, async () => {
          const now = nextStep()
          if (now === undefined) return now
          await shows(round, `round 1: ${now} under way`)
          process_.child.kill('SIGKILL')
          assert.is((await process_.ended).code, null, process_.said())
          return now
        })
        // a machine so fast that the round was over before anybody looked
        if (next === undefined) break
        // a killed process writes nothing: the page knows all the same
        await shows(round, `round 1: stopped before ${next}`)
        await shows(runs, `round 1: stopped before ${next}`)
        process_ = start(cycle)
        await round
          .getByText(/round 1: \w+ under way|1 round done/)
          .first()
          .waitFor()
      }
      const { code, output } = await process_.ended
      assert.is(code, 0, output)
      const { decision } = JSON.parse(readFileSync(join(report, 'round.json'), 'utf8')) as { decision: { reason: string } }
      await shows(round, '1 round done')
      await shows(round, decision.reason)
      await round.getByRole('heading', { name: 'Why' }).waitFor()
      await round
        .getByRole('img', { name: /Training/ })
        .first()
        .waitFor()
      await runs.getByRole('heading', { name: 'Decisions' }).waitFor()
      while (reloads < 2 && wrong.length === 0) await sleep(50)
      reloading = false
      await reloader
      assert.equal(wrong, [])
      // the viewer ends: its pages say so, and know when it is there again
      viewer.child.kill('SIGINT')
      assert.is((await viewer.ended).code, 130)
      await shows(round, 'The viewer has ended')
      wrong.length = 0
      const again = start(['loops:view', `--port=${new URL(url).port}`])
      await shows(round, '1 round done')
      again.child.kill('SIGINT')
    } finally {
      await opened.close()
    }
  })

test.run()
