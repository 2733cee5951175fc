// Every page on a run whose every text is hostile: shown as text, whatever it is; and what the server refuses.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findBrowser } from '@whetstone/reports/find-browser.ts'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-viewer-'))
process.env['WHETSTONE_ROOT'] = scratch
const { hash } = await import('@whetstone/core')
const { roundFiles, runFiles } = await import('@whetstone/runs')
const { viewerApp } = await import('./viewer-app.ts')
const { serveViewer } = await import('./serve-viewer.ts')
const { wordDiff } = await import('@whetstone/reports/word-diff.ts')

const test = suite('viewer')
test.after(() => rmSync(scratch, { recursive: true, force: true }))
const put = (file: string, value: unknown) => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value))
}
const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

/** What must be read and never act: markup, script addresses, terminal and direction controls. */
const payloads = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  '</pre><iframe src=javascript:alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '{{constructor.constructor("alert(1)")()}}',
  '${alert(1)}',
  '\u001b]0;title\u0007',
  '\u001b[2J\u001b[31m',
  '\u202Eevil\u202C',
  'a\u0000b\u200Bc',
  '<!--',
  ']]>',
  '&lt;script&gt;',
  '<style>*{display:none}</style>',
  '![](x) | a | b |',
  '<svg><script>alert(1)</script></svg>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<details open ontoggle=alert(1)>',
  '<input autofocus onfocus=alert(1)>',
  '<body onload=alert(1)>',
  '<object data="javascript:alert(1)">',
  '<embed src="javascript:alert(1)">',
  '<form action="javascript:alert(1)"><button>x</button></form>',
  '<base href="//evil.example/">',
  '<meta http-equiv="refresh" content="0;url=//evil.example">',
  '<link rel="stylesheet" href="//evil.example/x.css">',
  '" autofocus onfocus="alert(1)',
  "' onmouseover='alert(1)",
  '</textarea><script>alert(1)</script>',
  '</title><script>alert(1)</script>',
  '</script><script>alert(1)</script>',
  '\\u003cscript\\u003ealert(1)\\u003c/script\\u003e',
  '%3Cscript%3Ealert(1)%3C/script%3E',
  '<ScRiPt >alert(1)</sCrIpT>',
  '<img/src="x"/onerror=alert(1)>',
  '[x](javascript:alert(1))',
  '\u001b]8;;http://evil.example\u0007link\u001b]8;;\u0007',
  '\u001b[1A\u001b[2Khidden',
  '\u009b31m\u0085\u2028\u2029',
]
const evil = payloads.join(' ')
const model = { id: 'model-1', name: evil, path: null, createdAt: '2026-11-30T00:00:00Z' }
const trace = (i: number, arm: string, passed: boolean) => ({
  id: `trace-${arm}-${i}`,
  run: 'hostile',
  round: 1,
  task: i === 0 ? `task ${evil}` : `task-${i}`,
  taskset: `set ${payloads[i % payloads.length]}`,
  split: 'validation',
  level: 1,
  cluster: `c${i}`,
  policy: { model: evil, bank: evil },
  solver: evil,
  sample: 0,
  seed: i,
  memories: { shown: [evil], withheld: [evil] },
  calls: [
    {
      role: evil,
      model: evil,
      by: evil,
      messages: [{ role: 'user', content: evil }],
      text: `${evil} ${arm}`,
      reasoning: evil,
      promptText: evil,
      ids: [1, 2],
      answer: true,
      trains: false,
      seed: 1,
      finish: 'stop',
      tokens: { prompt: 1, completion: 1 },
      seconds: 0.1,
    },
  ],
  messages: [
    { role: 'system', content: evil },
    { role: 'user', content: evil },
    { role: 'assistant', content: `${evil} ${arm}` },
  ],
  grade: { reward: passed ? 1 : 0, passed, parts: { [evil]: 0.5 }, reason: evil, feedback: evil },
  tokens: { prompt: 1, completion: 1 },
  seconds: 0.1,
  finish: 'stop',
  truncated: false,
})
const evaluation = (role: string, memory: boolean) => ({
  model: role,
  memory,
  split: 'validation',
  taskset: evil,
  level: 1,
  n: 8,
  passed: 4,
  passRate: 0.5,
  ci: [0.2, 0.8],
})
const round = {
  run: 'hostile',
  round: 1,
  recipe: evil,
  seed: 1,
  frontier: { taskset: evil, level: 1, rule: evil, trainRate: 0.5 },
  incumbent: { id: 'model-1' },
  candidate: { id: 'model-2' },
  served: { role: 'candidate', memory: true },
  bank: { size: 1, added: 1, tag: 'round-001', kept: true },
  evaluations: ['incumbent', 'candidate'].flatMap((role) => [false, true].map((memory) => evaluation(role, memory))),
  decision: {
    promoted: true,
    reason: evil,
    test: evil,
    alpha: 0.025,
    arm: evil,
    n: 8,
    clusters: 8,
    incumbentRate: 0.5,
    candidateRate: 0.75,
    difference: 0.25,
    ci: [0, 0.5],
    pValue: 0.01,
    wins: 3,
    losses: 1,
    minimumDetectableEffect: 0.3,
    nonInferiority: [{ taskset: evil, level: 1, n: 8, difference: 0, low: -0.01, margin: 0.03, passed: true }],
    memory: null,
  },
  retest: { failed: 4, solvedByCandidate: 2, solvedByIncumbent: 1, pValue: 0.2 },
  harvest: { attempted: 8, passed: 4, kept: 4, replayed: 0, pairs: 1 },
  training: { trainer: evil, steps: 3, seconds: 1, finalLoss: 0.1 },
  untrained: null,
  faults: { retried: 0, failed: 0 },
  truncated: 0,
  looks: 1,
  cost: { seconds: 1, tokens: { prompt: 1, completion: 1 } },
}
const of = roundFiles('hostile', 1)
put(runFiles('hostile').record, { run: 'hostile', recipe: evil, seed: 1, base: 'model-1', createdAt: evil, recipes: [] })
put(runFiles('hostile').incumbent, { round: 1, model, bank: null, solved: [], frontier: null, looks: 1 })
put(of.round, round)
put(of.traces, lines(Array.from({ length: 16 }, (_, i) => trace(i, 'train', i % 2 === 0))))
put(of.arm('incumbent-on'), lines(Array.from({ length: 8 }, (_, i) => trace(i, 'incumbent-on', i % 2 === 0))))
put(of.arm('candidate-on'), lines(Array.from({ length: 8 }, (_, i) => trace(i, 'candidate-on', i % 3 === 0))))
put(
  of.tasks,
  lines([
    {
      id: `task ${evil}`,
      taskset: 's',
      split: 'validation',
      prompt: evil,
      reference: evil,
      level: 1,
      cluster: 'c',
      hash: hash('x'),
      grader: { name: 'g', version: '1' },
    },
  ]),
)
put(
  of.metrics,
  lines(Array.from({ length: 5 }, (_, i) => ({ step: i + 1, loss: 1 / (i + 1), lr: 1e-3, grad_norm: 1, tokens_per_second: 100 }))),
)

const curves = {
  ...Object.fromEntries(
    ['avg_perplexity', 'avg_log_likelihood', 'avg_token_log_likelihood', 'avg_entropy', 'avg_tokens', 'greedy_match'].map((key) => [
      key,
      [1, 2],
    ]),
  ),
  count: [1, 1],
}
put(join(runFiles('hostile').likelihood, 'likelihood.json'), {
  steps: [0, 1],
  checkpoints: [evil, 'b'],
  results_by_type: { [evil]: curves },
})
const study = join(scratch, 'reports/hostile-study')
const figure = { what: evil, value: evil, interval: [0, 1], n: 1, p: 0.5 }
put(join(study, 'reproduction.json'), {
  ...{ system: evil, about: evil, model: evil, taskset: evil, seed: 1, quick: true, command: evil, seconds: 1, verdict: [evil] },
  original: [{ what: evil, figure: evil, source: evil }],
  ours: [figure],
  tables: [{ title: evil, note: evil, columns: [evil], rows: [[evil]] }],
  charts: [{ title: evil, x: evil, y: evil, points: [{ series: evil, x: 1, y: 1 }] }],
})
put(join(study, 'self-train.json'), [{ round: 0, tokens: 1, rows: 1, rates: [{ level: 1, n: 2, passed: 1 }] }])
put(join(study, 'likelihood.json'), '{"torn": ')
const unsolved = { id: evil, taskset: evil, split: 'train', prompt: evil, reference: evil, level: 1, cluster: evil, metadata: {} }
put(join(scratch, 'checkpoints/hostile-study/part-1/r3-bucket-1.json'), [{ task: unsolved, attempts: 2, since: 1, reasons: { [evil]: 2 } }])
put(join(scratch, 'checkpoints/hostile-study/part-1/r3-1-verify-1.jsonl'), lines([trace(1, 'verify', true), trace(2, 'verify', false)]))
put(of.memory, [{ title: evil, text: evil, table: { head: [evil], rows: [[evil]] } }])

// a folder of any name is a run, where it holds a run's record
const strange = '"><img src=x onerror=alert(1)>\u001b[2J\u202E'
put(join(scratch, 'reports', strange, 'run.json'), { run: strange, recipe: evil, seed: 1, base: 'b', createdAt: evil, recipes: [] })
{
  const { openBank } = await import('@whetstone/memory')
  const { lexicalEmbedder } = await import('@whetstone/similarity')
  await using bank = await openBank({ uri: runFiles('hostile').bank, embedder: lexicalEmbedder() })
  const item = {
    id: 'memory-1',
    title: evil,
    description: evil,
    content: evil,
    sourceTask: evil,
    sourceTraces: [evil],
    success: true,
    createdAt: evil,
    embedding: [],
    reflector: evil,
  }
  await bank.remember([item])
}

const app = viewerApp(null)
const task = encodeURIComponent(`task ${evil}`)
const pages = [
  '/',
  '/runs/hostile',
  '/runs/hostile/rounds/1',
  '/runs/hostile/rounds/1/changes?kind=fixed',
  '/runs/hostile/rounds/1/changes?kind=broken',
  '/runs/hostile/rounds/1/traces',
  '/runs/hostile/rounds/1/traces?passed=no&level=1',
  `/runs/hostile/rounds/1/traces?find=${encodeURIComponent(evil)}&taskset=${encodeURIComponent(evil)}`,
  '/runs/hostile/rounds/1/traces?find=alert',
  '/runs/hostile/rounds/1/traces/train/trace-train-0',
  '/runs/hostile/rounds/1/traces/candidate-on/trace-candidate-on-1',
  `/runs/hostile/tasks/${task}`,
  '/runs/hostile/memory',
  '/runs/hostile/rounds/1/traces?memory=none',
  '/compare',
  '/compare?of=hostile:1:incumbent-on&of=hostile:1&show=broken',
  '/compare?of=hostile:1:incumbent-on&of=hostile:1&show=fixed&x=tokens',
  '/runs/hostile/likelihood',
  '/studies/hostile-study',
]
for (const path of pages)
  test(`${path.slice(0, 70)}: hostile text is text`, async () => {
    const answer = await app.request(path)
    assert.is(answer.status, 200, await answer.clone().text())
    const html = await answer.text()
    const own = html.replace(/<script src="\/(live|copy)\.js"[^>]*><\/script>/g, '')
    assert.not.match(own, /<(script|iframe|img|style)\b/i)
    const tags = own.replace(/>[^<]*</g, '><')
    assert.not.match(tags, /href="javascript:/i)
    assert.not.match(tags.replace(/"[^"]*"/g, '""'), /<svg\/|\son[a-z]+=/i)
    // eslint-disable-next-line no-control-regex
    assert.not.match(own, /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B\u202A-\u202E]/)
    assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'; script-src 'self'/)
  })

test('the right answer, thinking and prompt of a trace are there to be read', async () => {
  const html = await (await app.request('/runs/hostile/rounds/1/traces/train/trace-train-0')).text()
  for (const wanted of [
    'Right answer',
    'Thinking,',
    'The prompt as rendered',
    'Token ids',
    'withheld by the hold-out',
    '␛]0;title',
    '⟨U+202E⟩evil',
  ])
    assert.ok(html.includes(wanted), wanted)
})

test('the memories of a bank, and runs with odd names, are told of', async () => {
  assert.match(await (await app.request('/runs/hostile/memory')).text(), /1 of 1 memories/)
  const home = await (await app.request('/')).text()
  assert.match(home, /&quot;&gt;&lt;img src=x onerror=alert\(1\)&gt;␛\[2J⟨U\+202E⟩/)
  assert.is((await app.request(`/runs/${encodeURIComponent(strange)}`)).status, 404)
})

test('a list keeps to a hundred rows, and filters say how many there are', async () => {
  put(roundFiles('hostile', 2).traces, lines(Array.from({ length: 450 }, (_, i) => trace(i, 'train', i % 3 === 0))))
  const html = await (await app.request('/runs/hostile/rounds/2/traces')).text()
  assert.is(html.match(/<tr>/g)?.length, 101)
  assert.match(html, /450 traces/)
  assert.match(await (await app.request('/runs/hostile/rounds/2/traces?passed=yes')).text(), /150 traces/)
  assert.match(await (await app.request('/runs/hostile/rounds/2/traces?find=trace-train-77')).text(), /1 trace\b/)
})

test('an experiment shows what it found, what stays unsolved, and what verified it', async () => {
  const html = await (await app.request('/studies/hostile-study')).text()
  for (const wanted of [
    'What this shows',
    'Bucket list: part-1',
    '1 after round 1',
    'Verification attempts',
    '50.0%',
    'Levels after each round',
  ])
    assert.ok(html.includes(wanted), wanted)
})

for (const [path, status] of [
  ['/studies/none', 404],
  ['/studies/..%2Fhostile', 404],
  ['/runs/none', 404],
  ['/runs/hostile/rounds/9', 404],
  ['/runs/hostile/rounds/1/traces?file=../../run.json', 404],
  ['/runs/..%2F..%2Fetc', 404],
  ['/runs/hostile/rounds/1/traces/train/trace-none', 404],
  ['/runs/hostile/tasks/none', 404],
  ['/runs/hostile/rounds/1/changes?kind=odd', 404],
  ['/compare?of=hostile:1&of=/etc/passwd', 404],
  ['/compare?of=hostile:1&of=hostile:9', 404],
  ['/compare?of=hostile:1&of=../hostile:1', 404],
  ['/%2e%2e/%2e%2e/etc/passwd', 404],
] as const)
  test(`${path} is ${status}, with a word`, async () => {
    const answer = await app.request(path)
    assert.is(answer.status, status)
    assert.match(await answer.text(), /<h1>Not here<\/h1>|404/)
  })

test('a link out of the reports is followed no further than a run goes', async () => {
  symlinkSync('/etc', join(scratch, 'reports', 'outside'))
  assert.is((await app.request('/runs/outside')).status, 404)
})

test('a link in a run that leads out of its folders is refused by name, on every page; one within is followed', async () => {
  put(runFiles('linked').record, { run: 'linked', recipe: 'tiny', seed: 1, base: 'b', createdAt: 'now', recipes: [] })
  mkdirSync(dirname(roundFiles('linked', 1).round), { recursive: true })
  symlinkSync('/etc/passwd', roundFiles('linked', 1).round)
  for (const path of ['/runs/linked', '/runs/linked/rounds/1', '/runs/linked/memory']) {
    const answer = await app.request(path)
    assert.is(answer.status, 404)
    const html = await answer.text()
    assert.match(html, /leads out of the folders of run linked/)
    assert.not.match(html, /root:/)
  }
  assert.not.match(await (await app.request('/')).text(), /root:/)
  assert.not.match(await (await app.request('/compare')).text(), /linked/)
  rmSync(roundFiles('linked', 1).round)
  put(join(scratch, 'reports/linked/kept.json'), '{"run": ')
  symlinkSync(join(scratch, 'reports/linked/kept.json'), roundFiles('linked', 1).round)
  assert.is((await app.request('/runs/linked')).status, 200)
  rmSync(roundFiles('linked', 1).round)
})

test('torn and foreign files are named, and the rest is shown', async () => {
  put(runFiles('torn').record, { run: 'torn', recipe: 'tiny', seed: 1, base: 'b', createdAt: 'now', recipes: [] })
  put(roundFiles('torn', 1).round, '{"run": "torn", "rou')
  put(roundFiles('torn', 1).traces, `${JSON.stringify(trace(1, 'train', true))}\n{"id": "half`)
  const html = await (await app.request('/runs/torn')).text()
  assert.match(html, /What cannot be read/)
  assert.is((await app.request('/runs/torn/rounds/1/traces')).status, 200)
})

test('it answers on 127.0.0.1 to its own name only, and takes the next port where one is taken', async () => {
  const stop = new AbortController()
  const first = await serveViewer({ port: 4890, signal: stop.signal })
  const second = await serveViewer({ port: 4890, signal: stop.signal })
  assert.is.not(first.url, second.url)
  assert.is((await fetch(second.url)).status, 200)
  assert.is((await fetch(second.url, { headers: { origin: 'http://evil.example' } })).status, 403)
  assert.is((await fetch(second.url, { method: 'POST' })).status, 405)
  stop.abort()
  await Promise.all([first.closed, second.closed])
})

test('a static site holds every trace, needs no server and runs no text of theirs', async () => {
  const { exportStatic } = await import('./export-static.ts')
  const site = join(scratch, 'site')
  const { files } = await exportStatic(site, ['hostile'])
  assert.ok(files > 10)
  for (const file of readdirSync(site).filter((name) => name.endsWith('.html'))) {
    const html = readFileSync(join(site, file), 'utf8')
    const tags = html
      .replace(/<script type="application\/json"[\s\S]*?<\/script>|<script src="traces\.js" defer><\/script>/g, '')
      .replace(/>[^<]*</g, '><')
    assert.not.match(tags.replace(/"[^"]*"/g, '""'), /<(script|iframe|img)\b|<svg\/|\son[a-z]+=/i, file)
    assert.not.match(tags, /(href|src)="\//, `${file} needs a server`)
    for (const [, to] of tags.matchAll(/href="([^"#]+)/g))
      assert.ok(existsSync(join(site, to as string)), `${file} links to ${to}, which is not there`)
  }
  const packed = readFileSync(join(site, 'traces/run-hostile-round-1-train-1.js'), 'utf8')
  const rows = gunzipSync(Buffer.from(JSON.parse(/, (".*")\)/.exec(packed)?.[1] ?? '""') as string, 'base64'))
    .toString('utf8')
    .split('\n')
  assert.is(rows.length, 16)
})

test('words that differ', () => {
  assert.equal(wordDiff('the sum is 12.', 'the sum is 13.'), [
    { kind: 'same', text: 'the sum is ' },
    { kind: 'removed', text: '12' },
    { kind: 'added', text: '13' },
    { kind: 'same', text: '.' },
  ])
  assert.equal(wordDiff('', 'a'), [{ kind: 'added', text: 'a' }])
  assert.equal(wordDiff('x', 'x'), [{ kind: 'same', text: 'x' }])
})

const browser = findBrowser()
if (browser === undefined) console.log('SKIP axe on every page: chromium is not installed (apt-get install chromium)')
else
  test('axe finds nothing serious on any page, light, dark and narrow', async () => {
    const { chromium } = await import('playwright-core')
    const stop = new AbortController()
    const { url, closed } = await serveViewer({ port: 4920, signal: stop.signal })
    const opened = await chromium.launch({
      executablePath: browser,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
    try {
      for (const [colorScheme, width] of [
        ['light', 1280],
        ['dark', 390],
      ] as const) {
        const context = await opened.newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true })
        const tab = await context.newPage()
        const alerts: string[] = []
        tab.on('dialog', (dialog) => void (alerts.push(dialog.message()), dialog.dismiss()))
        for (const path of pages) {
          await tab.goto(url + path.slice(1), { waitUntil: 'domcontentloaded' })
          await tab.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') })
          const { violations } = (await tab.evaluate('axe.run()')) as {
            violations: { id: string; impact: string; nodes: { html: string }[] }[]
          }
          const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
          assert.equal(
            serious.map(({ id, nodes }) => `${path} ${colorScheme}: ${id} ${nodes[0]?.html.slice(0, 120)}`),
            [],
          )
          assert.ok(((await tab.evaluate('document.documentElement.scrollWidth')) as number) <= width + 1, `${path} is wider than ${width}`)
        }
        assert.equal(alerts, [])
        await context.close()
      }
    } finally {
      await opened.close()
      stop.abort()
      await closed
    }
  })

test.run()
