import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Round, type Trace } from '@whetstone/core'
import { describeRound } from './report/describe-round.ts'
import { showRound } from './show-round.ts'
import { writeReport } from './write-report.ts'
import { findBrowser } from './find-browser.ts'

const test = suite('writeReport')
const hostile = '<script>alert(1)</script>|"x"'
const arm = (model: 'incumbent' | 'candidate', memory: boolean) => ({
  model,
  memory,
  split: 'validation' as const,
  taskset: hostile,
  level: 5,
  n: 100,
  passed: 40,
  passRate: 0.4,
  ci: [0.31, 0.5] as [number, number],
})
const round = Round.parse({
  run: 'r',
  round: 2,
  recipe: 'tiny',
  seed: 1,
  frontier: { taskset: hostile, level: 5, rule: 'lowest', trainRate: 0.4 },
  incumbent: { id: 'model-a' },
  candidate: { id: 'model-b' },
  bank: { size: 64, added: 3, tag: 'round-002', kept: true },
  evaluations: [arm('incumbent', false), arm('incumbent', true), arm('candidate', false), arm('candidate', true)],
  decision: {
    promoted: false,
    reason: `kept: ${hostile}`,
    test: 'exact McNemar, one-sided',
    alpha: 0.025,
    arm: 'candidate vs incumbent, memory on',
    n: 100,
    clusters: 100,
    incumbentRate: 0.4,
    candidateRate: 0.42,
    difference: 0.02,
    ci: [-0.05, 0.09],
    pValue: 0.3,
    wins: 8,
    losses: 6,
    minimumDetectableEffect: 0.11,
    nonInferiority: [{ taskset: 'addition', level: 2, n: 100, difference: 0, low: -0.02, margin: 0.03, passed: true }],
    memory: null,
  },
  retest: { failed: 60, solvedByCandidate: 12, solvedByIncumbent: 11, pValue: 0.5 },
  harvest: { attempted: 10, passed: 5, kept: 4, replayed: 2, pairs: 1 },
  training: { trainer: 'llama-train sft', steps: 10, seconds: 3, finalLoss: 0.12 },
  untrained: null,
  faults: { retried: 0, failed: 0 },
  truncated: 0,
  looks: 2,
  cost: { seconds: 70, tokens: { prompt: 100, completion: 50 } },
})

test('report and charts are written; what they quote is text', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-report-'))
  const answer = (content: string) =>
    ({ messages: [{ role: 'assistant', content }], grade: { passed: false, reason: hostile } }) as unknown as Trace
  await writeReport(folder, round, {
    seconds: { traces: 5, arms: 61 },
    first: [
      { title: 'Why', sentences: [`because ${hostile}`] },
      {
        title: 'Broken',
        folded: true,
        tasks: [
          {
            task: 't1',
            group: hostile,
            fate: 'broken',
            prompt: hostile,
            reference: '12',
            answers: [answer('the sum is 12'), answer(`the sum is ${hostile}`)],
          },
        ],
      },
    ],
    curve: [1, 2, 3].map((step) => ({ step, loss: 1 / step })),
  })
  const page = readFileSync(join(folder, 'report.html'), 'utf8')
  assert.not.match(page, /<script>/)
  assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/)
  assert.match(page, /minimum detectable effect \+11\.0 points/)
  assert.match(page, /<del>12<\/del>/)
  assert.match(page, /name="viewport"/)
  const markdown = readFileSync(join(folder, 'report.md'), 'utf8')
  assert.match(markdown, /\| addition 2 \| 100 \| \+0\.0 \| -2\.0 \| -3\.0 \| yes \|/)
  assert.match(markdown, /\| t1 \| .*the sum is 12 \| the sum is \\<script/)
  for (const file of ['arms.svg', 'arms.png', 'training.png']) assert.ok(existsSync(join(folder, file)), file)
  const png = readFileSync(join(folder, 'arms.png'))
  assert.equal([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47])
  assert.ok(png.length > 5000, 'the chart is empty')
  rmSync(folder, { recursive: true })
})

test("what ended with a solver's budget is on the screen and in the report, which advise on the budget", () => {
  const notes = { invalid: 0, hinted: 0, leaks: 0, rewrites: 0, stopped: 3, taught: { prompt: 0, completion: 0 } }
  const stopped = Round.parse({ ...round, notes, truncated: 0.1, cuts: { attempted: 30, truncated: 3, context: 0 } })
  const flat = (text: string) => text.replace(/\s+/g, ' ')
  assert.match(flat(showRound(stopped, 'report.html')), /note 3 attempts ended with the budget, with the best answer so far/)
  assert.match(flat(showRound(stopped, 'report.html')), /3 of 30 attempts \(10\.0%\) were cut off before their end: raise settings\.budget/)
  assert.match(JSON.stringify(describeRound(stopped, {})), /3 attempts ended with the budget/)
})

test('a round fits a terminal of 80 columns', () => {
  const screen = showRound(round, 'reports/r/round-002/report.html')
  assert.ok(
    screen.split('\n').every((line) => line.length <= 80),
    screen,
  )
  assert.match(screen, /40\.0 \[31,50\]/)
})

const browser = findBrowser()
if (browser === undefined) console.log('SKIP axe on the report: chromium is not installed (apt-get install chromium)')
else
  test('axe finds nothing serious on the report, light and dark, and nothing is wider than a phone', async () => {
    const { chromium } = await import('playwright-core')
    const folder = mkdtempSync(join(tmpdir(), 'whetstone-report-'))
    await writeReport(folder, round, { seconds: { traces: 5 }, first: [{ title: 'Why', sentences: ['because'] }] })
    const opened = await chromium.launch({ executablePath: browser, args: ['--no-sandbox', '--disable-gpu'] })
    try {
      for (const [colorScheme, width] of [
        ['light', 1280],
        ['dark', 390],
      ] as const) {
        const tab = await opened.newPage({ colorScheme, viewport: { width, height: 900 } })
        await tab.goto(`file://${join(folder, 'report.html')}`)
        await tab.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') })
        const { violations } = (await tab.evaluate('axe.run()')) as { violations: { id: string; impact: string }[] }
        assert.equal(
          violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id),
          [],
        )
        assert.ok(((await tab.evaluate('document.documentElement.scrollWidth')) as number) <= width + 1)
      }
    } finally {
      await opened.close()
      rmSync(folder, { recursive: true })
    }
  })

test.run()
