import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Backend, type Model, paths, runTool } from '@whetstone/core'
import { scripted } from '@whetstone/inference'
import llamaSample from '@whetstone/inference/backends/llama-sample.ts'
import { writeRandomGguf } from '@whetstone/inference/write-random-gguf.ts'
import direct from '@whetstone/solvers/solvers/direct.ts'
import addition from '@whetstone/tasks/tasksets/addition.ts'
import { Settings, type Recipe } from '@whetstone/recipe/recipe.ts'
import { accuracyTable } from './accuracy-table.ts'
import { drawCharts, renderPng, type Drawing } from '@whetstone/reports'
import { namedCheckpoints } from './checkpoints.ts'
import { scoreCheckpoints } from './score-checkpoints.ts'
import { showAccuracies, showLikelihoods } from './show-scores.ts'

const test = suite('models:score')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-score-'))
test.after(() => rmSync(folder, { recursive: true }))
process.env['WHETSTONE_PROGRESS'] = 'none'

const checkpoints = [0, 1, 2, 3, 4].map((step) => ({
  step,
  name: `round ${step}`,
  model: { id: `model-${step}`, name: `m${step}`, path: null, metadata: { contextLength: 64, p: 0.2 + 0.15 * step } } as unknown as Model,
}))
const pool = [
  { instruction: '1+1=', input: '', output: '2', type: 'reference' },
  { instruction: '1+1=', input: '', output: 'two', type: 'student' },
]
let opened = 0
let closed = 0
/** Gives each character the chance p of the model's card. */
const backend: Backend = {
  name: 'fake',
  reproducible: true,
  async open(model, options) {
    opened++
    assert.is(options.context, 64, 'never more than the model was made for')
    const p = model.metadata['p'] as number
    return {
      model,
      async *generate() {},
      score: async (requests) =>
        requests.map(({ id, messages }) => {
          const tokens = messages.at(-1)?.content.length ?? 0
          return {
            id,
            logLikelihood: tokens * Math.log(p),
            meanLogLikelihood: Math.log(p),
            perplexity: 1 / p,
            tokens,
            entropy: 0,
            greedyMatch: false,
          }
        }),
      async [Symbol.asyncDispose]() {
        closed++
      },
    }
  },
}
const options = { backend, folder, context: 4096, concurrency: 4 }

test('five checkpoints: the seed’s JSON, a chart, a table; what is scored is not scored again', async () => {
  const { unscored, ...curves } = await scoreCheckpoints(checkpoints, pool, options)
  assert.equal([curves.steps, unscored, opened, closed], [[0, 1, 2, 3, 4], 0, 5, 5])
  assert.equal(Object.keys(curves.results_by_type), ['reference', 'student'])
  for (const [step, value] of curves.results_by_type['student']!.avg_log_likelihood.entries())
    assert.ok(Math.abs(value! - 3 * Math.log(0.2 + 0.15 * step)) < 1e-12)
  rmSync(join(folder, readdirSync(folder).find((file) => file.endsWith('model-4.jsonl')) as string))
  const again = await scoreCheckpoints(checkpoints, pool, options)
  assert.equal([opened, again.results_by_type], [6, curves.results_by_type])
  const [{ svg, spec }] = (await drawCharts('likelihood', curves)) as [Drawing]
  const png = await renderPng(spec)
  assert.match(svg, /^<svg[\s\S]*student/)
  assert.equal(
    [...png.subarray(1, 4)],
    [...'PNG'].map((letter) => letter.charCodeAt(0)),
  )
  assert.match(showLikelihoods(curves), /perplexity\s+reference\s+student\n\s+round 0\s+5\.000\s+5\.000\n[\s\S]*round 4\s+1\.250/)
})

test('another pool is scored afresh beside the first', async () => {
  await scoreCheckpoints(checkpoints.slice(0, 1), [pool[0]!], options)
  assert.is(readdirSync(folder).filter((file) => file.startsWith('scores-')).length, 6)
})

test('all checkpoints on all tasksets: an accuracy table', async () => {
  // can add to three digits, whatever the checkpoint; the second checkpoint to four
  const able = (digits: Record<string, number>): Backend => ({
    name: 'adder',
    reproducible: true,
    open: (model, how) =>
      scripted('adder', ({ messages }) => {
        const [, a = '', b = ''] = /(\d+)\+(\d+)=/.exec(messages.at(-1)?.content ?? '') ?? []
        const reverse = (text: string) => [...text].reverse().join('')
        return a.length <= (digits[model.id] ?? 0) ? reverse(String(Number(reverse(a)) + Number(reverse(b)))) : '0'
      }).open(model, how),
  })
  const recipe = {
    name: 'adder',
    backend: able({ 'model-0': 3, 'model-1': 4 }),
    solver: direct(),
    courses: [{ taskset: addition(), levels: { from: 2, frontier: 3 }, train: 1, validation: 1 }],
    settings: Settings.parse({ context: 64 }),
  } as unknown as Recipe
  const rows = await accuracyTable(checkpoints.slice(0, 2), recipe, { folder, limit: 25, beyond: 2 })
  assert.equal(
    rows.map(({ step, level, n, rate }) => [step, level, n, rate]),
    [
      [0, 2, 25, 1],
      [0, 3, 25, 1],
      [0, 4, 25, 0],
      [0, 5, 25, 0],
      [1, 2, 25, 1],
      [1, 3, 25, 1],
      [1, 4, 25, 1],
      [1, 5, 25, 0],
    ],
  )
  assert.match(
    showAccuracies(rows),
    /passed\s+addition 2\s+addition 3\s+addition 4\s+addition 5\n\s+round 0\s+100\.0%\s+100\.0%\s+0\.0%\s+0\.0%/,
  )
  assert.ok(existsSync(join(folder, 'accuracy-adder-25-2-model-0.jsonl')))
})

test('five checkpoints of real weights: the averages are those of llama-score, run by hand', async () => {
  if (!existsSync(paths.tool('llama-score'))) return console.log('SKIP models:score on real weights: run `npx nx run tools:build`')
  const names = [1, 2, 3, 4, 5].map((seed) => writeRandomGguf(join(folder, `random-${seed}.gguf`), { seed }))
  const mixed = [...pool, { instruction: 'sum', input: '1 2', output: 'three', type: 'student' }]
  const {
    steps,
    unscored,
    results_by_type: curves,
  } = await scoreCheckpoints(await namedCheckpoints(names), mixed, {
    ...options,
    backend: llamaSample(),
    context: 512,
  })
  assert.equal([steps, unscored], [[0, 1, 2, 3, 4], 0])
  const data = join(folder, 'rows.jsonl')
  const prompts = ['1+1=', '1+1=', 'sum\n1 2']
  const rows = mixed.map(({ output }, id) => ({
    id,
    messages: [
      { role: 'user', content: prompts[id] },
      { role: 'assistant', content: output },
    ],
  }))
  writeFileSync(data, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  for (const [step, name] of names.entries()) {
    const text = await runTool({ file: paths.tool('llama-score'), args: ['-m', name, '--data', data, '--progress', 'none', '-t', '1'] })
    const direct = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { log_likelihood: number; perplexity: number })
    const close = (got: number | null | undefined, want: number) =>
      assert.ok(Math.abs((got ?? Number.NaN) - want) < 1e-3, `${got}, llama-score says ${want}`)
    close(curves['reference']?.avg_log_likelihood[step], direct[0]!.log_likelihood)
    close(curves['student']?.avg_log_likelihood[step], (direct[1]!.log_likelihood + direct[2]!.log_likelihood) / 2)
    close(curves['student']?.avg_perplexity[step], (direct[1]!.perplexity + direct[2]!.perplexity) / 2)
  }
})

test.run()
