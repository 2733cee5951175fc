// loops:likelihood in small: a pool by hand under two checkpoints, sets chosen by likelihood, trainings with snapshots, figures and page.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-likelihood-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['WHETSTONE_HERE'] = scratch
process.env['WHETSTONE_PROGRESS'] = 'none'
const { BadInput, root } = await import('@whetstone/core')
const { loadCommand } = await import('../../main.ts')
const { parseFlags } = await import('../../parse-flags.ts')

const test = suite('loops:likelihood')
test.after(() => rmSync(scratch, { recursive: true, force: true }))
const at = (name: string) => join(scratch, name)

async function run(...args: string[]) {
  const log = console.log
  const said: string[] = []
  console.log = (text: string) => said.push(text)
  try {
    const command = await loadCommand('loops:likelihood')
    await command.run(parseFlags('loops:likelihood', command, args), new AbortController().signal)
    return { status: 0, said: said.join('\n') }
  } catch (error) {
    return { status: 1, said: error instanceof BadInput ? error.message : String((error as Error).stack) }
  } finally {
    console.log = log
  }
}
const reversed = (value: number) => [...String(value)].reverse().join('')
const items = Array.from({ length: 24 }, (_, i) => {
  const [a, b] = [10 + i, 30 + 2 * i]
  const right = i % 2 === 0
  return {
    instruction: `${reversed(a)}+${reversed(b)}=`,
    input: '',
    output: right ? reversed(a + b) : reversed(a + b + 11),
    type: right ? 'right' : 'wrong',
  }
})
writeFileSync(at('pool.jsonl'), items.map((item) => `${JSON.stringify(item)}\n`).join(''))
const small = ['--seeds=2', '--sets=2', '--snapshots=2', '--epochs=1', '--batch-size=4', '--each=4', '--levels=2,3', '--threads=1']

test('the likeliest, the least likely and random sets of one size are trained on, and followed', async () => {
  const { status, said } = await run(`--pool=${at('pool.jsonl')}`, ...small, `--out=${at('out')}`, `--json=${at('figures.json')}`)
  assert.is(status, 0, said)
  const { likelihood, sets, figures } = JSON.parse(readFileSync(at('figures.json'), 'utf8')) as {
    likelihood: { steps: number[]; results_by_type: Record<string, { avg_perplexity: number[]; avg_log_likelihood: number[] }> }
    sets: { set: string; seed: number; rows: number; likelihood: number; steps: number[]; results_by_type: object }[]
    figures: { what: string; interval: [number, number] }[]
  }
  assert.equal(Object.keys(likelihood.results_by_type), ['right', 'wrong'])
  const { right, wrong } = likelihood.results_by_type
  assert.ok((right?.avg_log_likelihood[0] ?? -9) > (wrong?.avg_log_likelihood[0] ?? 0), 'what is right is likelier')
  assert.equal(
    sets.map(({ set, seed }) => `${set} ${seed}`),
    [1, 2].flatMap((seed) => ['high', 'low', 'random 1', 'random 2'].map((set) => `${set} ${seed}`)),
  )
  assert.equal([...new Set(sets.map(({ rows }) => rows))], [7])
  for (const seed of [1, 2]) {
    const mean = (name: string) => sets.find((each) => each.seed === seed && each.set === name)?.likelihood ?? Number.NaN
    assert.ok(mean('high') > mean('random 1') && mean('random 1') > mean('low'))
  }
  assert.ok(
    sets.every(({ steps }) => steps[0] === 0 && steps.length === 3),
    JSON.stringify(sets[0]?.steps),
  )
  assert.is(figures.length, 5)
  const samples = readFileSync(at('out/samples.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, number>)
  assert.is(samples.length, 8 * 3 * 24)
  assert.ok(samples.every(({ log_likelihood, token_count }) => (log_likelihood as number) <= 0 && (token_count as number) > 0))
  const page = readFileSync(at('out/likelihood.html'), 'utf8')
  for (const words of ['log-likelihood a token', 'perplexity', 'entropy', 'trained on low', 'the most likely against random'])
    assert.ok(page.includes(words), words)
})

test('checkpoints of a folder; only scores', async () => {
  mkdirSync(at('gguf'))
  for (const name of ['step-2.gguf', 'step-10.gguf'])
    copyFileSync(join(root, 'models/tiny/whetstone-tiny-f32.gguf'), join(at('gguf'), name))
  const { status, said } = await run(`--pool=${at('pool.jsonl')}`, `--folder=${at('gguf')}`, '--only=scores', `--out=${at('scores')}`)
  assert.is(status, 0, said)
  const { checkpoints } = JSON.parse(readFileSync(at('scores/likelihood.json'), 'utf8')) as { checkpoints: string[] }
  assert.equal(
    checkpoints.map((name) => name.replace(/.*\//, '')),
    ['step-2.gguf', 'step-10.gguf'],
  )
  assert.ok(!existsSync(at('scores/sets.json')))
})

for (const [args, wanted] of [
  [[], /needs --pool=FILE or --run=NAME/],
  [[`--pool=${at('pool.jsonl')}`, '--learn=rihgt'], /has no type "rihgt"\. Types: right, wrong/],
  [[`--pool=${at('pool.jsonl')}`, `--folder=${scratch}/none`], /holds no GGUF file/],
  [['--run=nope'], /No run "nope"/],
] as const)
  test(`${args.join(' ') || 'nothing'} is refused in a line`, async () => {
    const { status, said } = await run(...args)
    assert.is(status, 1)
    assert.match(said, wanted)
  })

test.run()
