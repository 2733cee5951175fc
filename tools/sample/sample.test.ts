import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { paths } from '@whetstone/core'
import { fromJsonl, haveTools, makeModel, testFolder, toJsonl, tool } from '../rows/make-model.ts'

type Row = {
  id: string | number
  index: number
  text: string
  finish: string
  prompt_tokens: number
  completion_tokens: number
  prompt: number[]
  ids: number[]
  logprobs: number[]
  seconds: number
}

const test = suite('llama-sample tool')
const built = haveTools('llama-sample', ['llama-sample', 'llama-init'])
const it = (what: string, check: () => void | Promise<void>) =>
  test(what, async () => {
    if (built) await check()
  })
const folder = testFolder('sample')
const model = built ? makeModel(folder, 'model') : ''
const sample = (rows: readonly object[] | string, ...args: string[]): Row[] => {
  const { code, out, error } = tool(
    'llama-sample',
    ['-m', model, '--data', '-', '--out', '-', '--logprobs', '-t', '1', ...args],
    typeof rows === 'string' ? rows : toJsonl(rows),
  )
  if (code !== 0) throw new Error(`exit code ${code}: ${error}`)
  return fromJsonl<Row>(out).filter((row) => 'id' in row)
}
const inOrder = (rows: Row[]) =>
  rows.map(({ seconds: _, ...row }) => row).sort((a, b) => String(a.id).localeCompare(String(b.id)) || a.index - b.index)
const prompts = Array.from({ length: 30 }, (_, i) => ({ id: `p${i}`, prompt: `${(i * 7919) % 1000}+${i}=`, n: 1 + (i % 3) }))

it('gives the same for the same input, seed and slot count, whatever the threads', () => {
  const first = inOrder(sample(prompts, '--seed', '3', '-n', '20'))
  assert.is(first.length, 60)
  assert.equal(inOrder(sample(prompts, '--seed', '3', '-n', '20')), first)
  assert.equal(inOrder(sample(prompts, '--seed', '3', '-n', '20', '-t', '3')), first)
  assert.not.equal(inOrder(sample(prompts, '--seed', '4', '-n', '20')), first)
})

it('answers each batch on stdin from a clean state', () => {
  const first = toJsonl(prompts)
  const second = toJsonl(prompts.slice(5, 12).map((row) => ({ ...row, max_tokens: 60 })))
  const alone = inOrder(sample(second))
  const out = tool(
    'llama-sample',
    ['-m', model, '--data', '-', '--out', '-', '--logprobs', '-t', '1'],
    `\n${first}\n${second}\n${second}`,
  ).out
  const batches: Row[][] = [[]]
  const done: number[] = []
  for (const row of fromJsonl<Row | { batch_done: number }>(out)) {
    if ('batch_done' in row) {
      done.push(row.batch_done)
      batches.push([])
    } else batches.at(-1)?.push(row)
  }
  assert.equal(done, [0, 60, alone.length, alone.length])
  assert.equal(inOrder(batches[2] ?? []), alone)
  assert.equal(inOrder(batches[3] ?? []), alone)
})

it('writes a file whole, in the order of the input, and leaves nothing beside it', () => {
  const data = join(folder, 'prompts.jsonl')
  const out = join(folder, 'out.jsonl')
  writeFileSync(data, toJsonl(prompts))
  assert.is(tool('llama-sample', ['-m', model, '--data', data, '--out', out, '-n', '5', '-np', '4']).code, 0)
  const rows = fromJsonl<Row>(readFileSync(out, 'utf8'))
  assert.equal(
    rows.map(({ id, index }) => `${id}/${index}`),
    prompts.flatMap(({ id, n }) => Array.from({ length: n }, (_, i) => `${id}/${i}`)),
  )
  assert.is(tool('llama-sample', ['-m', model, '--data', data, '--out', '/dev/null', '-n', '1']).code, 0)
  assert.ok(statSync('/dev/null').isCharacterDevice(), '/dev/null was replaced by a file')
})

it('samples of one prompt share it, and are what they are alone', () => {
  const seeds = [11, 12, 13, 14, 15]
  const together = inOrder(sample([{ id: 'a', prompt: '12+34=', seeds }], '-np', '1', '-n', '12'))
  const alone = seeds.map((seed) => sample([{ id: 'a', prompt: '12+34=', seeds: [seed] }], '-np', '1', '-n', '12')[0] as Row)
  assert.equal(
    together.map(({ text }) => text),
    alone.map(({ text }) => text),
  )
  assert.is(new Set(together.map(({ text }) => text)).size, seeds.length)
  // more slots: the others copy the first one's cells
  const spread = inOrder(sample([{ id: 'a', prompt: '12+34=', seeds }], '-np', '5', '-n', '12'))
  assert.equal(
    spread.map(({ ids }) => ids[0]),
    together.map(({ ids }) => ids[0]),
  )
  for (const [i, row] of spread.entries()) assert.ok(Math.abs((row.logprobs[0] ?? 0) - (together[i]?.logprobs[0] ?? 1)) < 1e-4)
})

it('greedy is the same one by one and in parallel, for long and short contexts', () => {
  const rows = Array.from({ length: 24 }, (_, i) => ({ id: i, prompt: 'x'.repeat(1 + i * 5), max_tokens: i % 2 ? 4 : 100, temperature: 0 }))
  const one = inOrder(sample(rows, '-np', '1'))
  for (const slots of ['3', '8', '24']) {
    const many = inOrder(sample(rows, '-np', slots))
    const same = many.filter((row, i) => row.text === one[i]?.text).length
    assert.ok(same >= 23, `${same} of 24 equal at ${slots} slots`) // the sums of a batch are ordered differently: a near tie may fall the other way
  }
})

it('draws from the distribution that the log-probabilities describe', () => {
  const n = 4000
  const rows = sample([{ id: 'a', prompt: '7*8=', n, max_tokens: 1 }], '--seed', '9')
  const counts = new Map<number, { count: number; p: number }>()
  for (const { ids, logprobs } of rows) {
    const entry = counts.get(ids[0] as number) ?? { count: 0, p: Math.exp(logprobs[0] as number) }
    counts.set(ids[0] as number, { ...entry, count: entry.count + 1 })
  }
  let worst = 0
  for (const { count, p } of counts.values()) worst = Math.max(worst, Math.abs(count - n * p) / Math.sqrt(n * p * (1 - p) + 1))
  assert.ok(worst < 4.5, `a token is ${worst.toFixed(1)} standard deviations off`)
  // top-k keeps k tokens, renormalized but with the model's own log-probability
  const two = sample([{ id: 'a', prompt: '7*8=', n: 300, max_tokens: 1, top_k: 2 }])
  const best = [...counts]
    .sort((a, b) => b[1].p - a[1].p)
    .slice(0, 2)
    .map(([token]) => token)
  assert.equal([...new Set(two.map(({ ids }) => ids[0]))].sort(), best.sort())
})

it('ends at stop strings, at max_tokens and at the end of the context', () => {
  const row = { prompt: 'go', temperature: 0, max_tokens: 40, grammar: 'root ::= [a-z]*' } // random weights write broken characters else
  const [free] = sample([row]) as [Row]
  const stop = free.text.slice(10, 13)
  assert.is(free.text.length, 40)
  const [stopped] = sample([{ ...row, stop: ['nowhere to be found', stop] }]) as [Row]
  assert.equal([stopped.text, stopped.finish], [free.text.slice(0, free.text.indexOf(stop)), 'stop'])
  const [cut] = sample([{ prompt: 'go', temperature: 0, max_tokens: 1000 }], '-c', '32') as [Row]
  assert.equal([cut.finish, cut.prompt_tokens + cut.completion_tokens], ['length', 32])
})

it('says so where a prompt does not fit or cannot be written, and answers the others', () => {
  const gpt2 = makeModel(folder, 'few-bytes', {
    tokenizer: { model: 'gpt2', pre: 'gpt-2', tokens: ['<s>', '</s>', ...'0123456789+='], merges: [], bos: 0, eos: 1, add_bos: false },
  })
  const { out } = tool(
    'llama-sample',
    ['-m', gpt2, '--data', '-', '--out', '-', '-n', '3', '-c', '16'],
    toJsonl([
      { id: 1, prompt: '1+1=' },
      { id: 2, prompt: '1+é=' },
      { id: 3, prompt: '1'.repeat(40), n: 2 },
      { id: 4, prompt: '' },
    ]),
  )
  const rows = fromJsonl<Row>(out).filter((row) => 'id' in row)
  assert.equal(rows.map(({ id, finish }) => `${id} ${finish === 'stop' ? 'length' : finish}`).sort(), [
    '1 length',
    '2 vocabulary',
    '3 context',
    '3 context',
    '4 context',
  ])
  for (const row of rows.filter(({ id }) => id !== 1)) assert.equal([row.text, row.completion_tokens], ['', 0])
})

it('follows the grammar of each row', () => {
  const rows = sample([
    { id: 'digits', prompt: '1', n: 5, grammar: 'root ::= [0-9] [0-9] [0-9]' },
    { id: 'word', prompt: '1', n: 3, grammar: 'root ::= "yes" | "no"' },
  ])
  for (const { id, text, finish } of rows) {
    assert.match(text, id === 'digits' ? /^\d{3}$/ : /^(yes|no)$/)
    assert.is(finish, 'stop')
  }
})

it('bad input is one line with its place, and nothing is written', () => {
  const out = join(folder, 'never.jsonl')
  const torn = join(folder, 'torn.gguf')
  if (built) copyFileSync(model, torn)
  truncateSync(torn, 20_000)
  writeFileSync(join(folder, 'text.gguf'), 'not a model')
  const unread = built ? makeModel(folder, 'unread', { chat_template: '{% for m in messages %}{{ m.content ' }) : ''
  writeFileSync(join(folder, 'empty.jsonl'), '\n\n')
  const good = '{"prompt": "1"}\n'
  const deep = (open: string, close: string, core = '') => open.repeat(100_000) + core + close.repeat(100_000)
  const chain = `root ::= r0\n${Array.from({ length: 50_000 }, (_, i) => `r${i} ::= r${i + 1}\n`).join('')}r50000 ::= "a"\n`
  symlinkSync('rows.jsonl', join(folder, 'linked.jsonl'))
  const cases: [string, string, RegExp][] = [
    [good + '{"prompt": "1"', '', /^llama-sample: .*rows\.jsonl:2: not valid JSON \(column \d+.*\), mend or remove the line\n$/],
    [good + '[1]', '', /rows\.jsonl:2: a row must be a JSON object/],
    [good + '{"id": 1}', '', /rows\.jsonl:2: a row needs "prompt" or "messages"/],
    ['{"prompt": 5}', '', /rows\.jsonl:1: "prompt" must be a string/],
    ['{"messages": []}', '', /rows\.jsonl:1: messages must be an array/],
    ['{"messages": [{"content": "no role"}]}', '', /rows\.jsonl:1: the messages do not render: /],
    ['{"messages": [{"role": "user", "content": "x"}], "template_args": 3}', '', /rows\.jsonl:1: "template_args" must be an object/],
    ['{"prompt": "1", "temperature": -1}', '', /rows\.jsonl:1: "temperature" must be from 0 to 100/],
    ['{"prompt": "1", "n": 2, "seeds": [1]}', '', /rows\.jsonl:1: "seeds" must be an array with one seed for each sample, at least one: 2/],
    ['{"prompt": "1", "stop": [""]}', '', /rows\.jsonl:1: "stop" must be an array of strings/],
    ['{"prompt": "1", "grammar": "root ::= ("}', '', /rows\.jsonl:1: the grammar does not parse \(/],
    [good + `{"prompt": ${deep('[', ']')}}`, '', /rows\.jsonl:2: nested deeper than 256 levels, mend or remove the line/],
    [`{"messages": [], "template_args": {"a": ${deep('{"a":', '}', '1')}}}`, '', /rows\.jsonl:1: nested deeper than 256 levels/],
    [JSON.stringify({ prompt: '1', grammar: `root ::= ${deep('(', ')', '"a"')}` }), '', /rows\.jsonl:1: the grammar nests deeper than 256/],
    [JSON.stringify({ prompt: '1', grammar: chain }), '', /rows\.jsonl:1: the grammar .*has more than 4096 rules/],
    [
      good,
      `--out=${join(folder, 'rows.jsonl')}`,
      /rows\.jsonl: --out is the file of --data too, which would be lost: name another for --out/,
    ],
    [good, `--out=${join(folder, 'linked.jsonl')}`, /linked\.jsonl: --out is the file of --data too/],
    [good, '--nonsense', /unknown flag --nonsense, known: --model/],
    [good, '--temp=hot', /--temp wants a number, not "hot"/],
    [good, '--parallel=0', /-np must be from 1 to/],
    [good, `--model=${join(folder, 'nowhere.gguf')}`, /nowhere\.gguf: cannot be read: No such file/],
    [good, `--model=${join(folder, 'text.gguf')}`, /text\.gguf: not a GGUF file/],
    [good, `--model=${unread}`, /unread\.gguf: its chat template is no Jinja that llama\.cpp can read/],
    [good, `--model=${torn}`, /torn\.gguf: [^\n]+, the file is damaged: fetch or make it again/],
    [good, `--lora=${model}`, /model\.gguf: cannot load the LoRA adapter/],
    [good, `--data=${join(folder, 'empty.jsonl')}`, /empty\.jsonl: no rows/],
    [good, `--data=${folder}`, /is a directory/],
    [good, '--out=/dev/full', /\/dev\/full: cannot write: No space left on device/],
    [good, `--out=${join(folder, 'nowhere/out.jsonl')}`, /cannot write: No such file or directory/],
  ]
  const data = join(folder, 'rows.jsonl')
  for (const [text, flag, expected] of cases) {
    writeFileSync(data, text)
    const { code, error } = tool('llama-sample', ['-m', model, '--data', data, '--out', out, ...(flag ? [flag] : [])])
    assert.is(code, 1, `${text} ${flag}`)
    assert.match(error, expected)
    assert.is(error.trimEnd().split('\n').length, 1, error)
    assert.not.ok(existsSync(out))
  }
})

it('an interrupt ends it with code 130 and leaves nothing', async () => {
  const data = join(folder, 'many.jsonl')
  const out = join(folder, 'interrupted.jsonl')
  writeFileSync(data, toJsonl(Array.from({ length: 2000 }, (_, id) => ({ id, prompt: '1', max_tokens: 400 }))))
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const child = spawn(paths.tool('llama-sample'), ['-m', model, '--data', data, '--out', out, '-t', '1'], { stdio: 'ignore' })
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    while (!existsSync(`${out}.${child.pid}.tmp`) && child.exitCode === null) await sleep(10)
    child.kill(signal)
    assert.is(await ended, 130)
  }
  assert.equal(
    readdirSync(folder).filter((name) => name.startsWith('interrupted')),
    [],
  )
})

it('--help and --version', () => {
  assert.match(tool('llama-sample', ['--help']).out, /usage: llama-sample -m model\.gguf --data prompts\.jsonl[\s\S]*--repeat-penalty X/)
  assert.match(tool('llama-sample', ['--version']).out, /^llama-sample \d+\.\d+\.\d+ \(llama\.cpp 0\.\d+/)
})

test.run()
