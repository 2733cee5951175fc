import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Reproduction } from '@whetstone/runs'
import { reproductionPage, studyCharts } from './reproduction-page.ts'

const test = suite('reproduction-page')

const reproduction = Reproduction.parse({
  system: 'r3',
  about: 'reflect & rewrite',
  model: 'm<script>',
  taskset: 'chains',
  seed: 1,
  quick: true,
  command: 'npx nx run loops:reproduce --system=r3',
  seconds: 61,
  original: [
    { what: 'GSM8K', figure: '83.1 to 88.6', source: 'R3' },
    { what: 'MCTS', figure: 'planned there', source: 'R3' },
  ],
  ours: [{ what: 'gain', value: 12.5, interval: [10, 15], n: 400, p: 0.00012 }],
  tables: ['T', 'U'].map((title) => ({ title, note: 'the same note', columns: ['a', 'b'], rows: [['<b>', null]] })),
  charts: [
    {
      title: 'C',
      x: 'round',
      y: '%',
      points: [
        { series: 's', x: 1, y: 2 },
        { series: 's', x: 2, y: 3 },
      ],
    },
    { title: 'empty', x: 'x', y: 'y', points: [] },
  ],
  verdict: ['It held.'],
})

test('shows the figures beside each other, with charts, and escapes what it is given', async () => {
  const page = await reproductionPage(reproduction)
  for (const part of [
    '83.1 to 88.6',
    '12.5',
    '10 to 15',
    '1.2e-4',
    'It held.',
    '&lt;b&gt;',
    'm&lt;script&gt;',
    'reflect &amp; rewrite',
    '<svg',
  ])
    assert.ok(page.includes(part), part)
  assert.not.match(page, /<script>|<b>/)
  assert.match(page, /<main>[^]*<h1>r3, reproduced<[^]*<td class="number">12\.5<[^]*<\/main>/)
  assert.match(page, /<td class="short">83\.1 to 88\.6</, 'what others published is words')
  const count = (part: RegExp) => page.match(part)?.length
  assert.is(count(/<div class="scroll"[^>]*>\s*<table>/g), count(/<table>/g), 'a wide table scrolls on its own, not the page with it')
  const labels = [...page.matchAll(/role="region" aria-label="([^"]*)"/g)].map(([, label]) => label)
  assert.is(new Set(labels).size, labels.length, 'regions are told apart')
  assert.is(page.match(/<svg/g)?.length, 1, 'a chart without points is left out')
})

test('intervals of points are drawn where there are any', async () => {
  const points = (more: object) => [1, 2].map((x) => ({ series: 's', x, y: 50, ...more }))
  const rules = async (more: object) =>
    (await studyCharts({ charts: [{ title: 'C', x: 'round', y: '%', points: points(more) }] }))[0]!.svg.match(
      /aria-roledescription="rule mark"/g,
    )
  assert.is((await rules({ low: 40, high: 60 }))?.length, 2)
  assert.is(await rules({}), null)
})

test.run()
