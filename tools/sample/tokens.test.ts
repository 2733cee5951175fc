// Tokens in, tokens out: what llama-sample says of what it generated, and that its ways of going faster change none of it.
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromJsonl, haveTools, makeModel, testFolder, toJsonl, tool } from '../rows/make-model.ts'
import { writeRandomMamba } from './random-mamba.ts'

type Row = {
  id: number
  index: number
  text: string
  finish: string
  prompt_text: string
  prompt: number[]
  ids: number[]
  cut_ids?: number[]
  forced: [number, number][]
  opened?: boolean
  logprobs: number[]
}
const test = suite('llama-sample tokens')
const built = haveTools('llama-sample tokens', ['llama-sample', 'llama-score', 'llama-init'])
const it = (what: string, check: () => void) =>
  test(what, () => {
    if (built) check()
  })
const folder = testFolder('tokens')
const model = built ? makeModel(folder, 'model') : ''
const thinking = built
  ? makeModel(folder, 'thinking', {
      chat_template:
        '{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% if enable_thinking %}<think>\n{% endif %}{% endif %}',
    })
  : ''
const sampleWith = (file: string, rows: readonly object[], ...args: string[]): Row[] => {
  const { code, out, error } = tool(
    'llama-sample',
    ['-m', file, '--data', '-', '--out', '-', '--logprobs', '-t', '1', '-n', '40', ...args],
    toJsonl(rows),
  )
  if (code !== 0) throw new Error(`exit code ${code}: ${error}`)
  return fromJsonl<Row>(out)
    .filter((row) => 'id' in row)
    .sort((a, b) => a.id - b.id || a.index - b.index)
}
const sample = (rows: readonly object[], ...args: string[]) => sampleWith(model, rows, ...args)
const texts = (rows: readonly Row[]) => rows.map(({ text }) => text)
const letters = 'root ::= [a-z]*'

it('the ids, with the stop string apart: from the token it begins in', () => {
  const row = { prompt: 'go', temperature: 0, max_tokens: 30, grammar: letters }
  const [free] = sample([row]) as [Row]
  assert.is(free.ids.length, 30)
  assert.is(free.logprobs.length, 30)
  const stop = free.text.slice(11, 14)
  const at = free.text.indexOf(stop)
  const [cut] = sample([{ ...row, stop: [stop] }]) as [Row]
  assert.is(cut.text, free.text.slice(0, at))
  assert.equal(cut.ids, free.ids.slice(0, at))
  assert.equal(cut.cut_ids, free.ids.slice(at, at + 3))
  assert.equal(cut.forced, [])
  assert.is(cut.prompt_text, 'go')
})

it('the stop string that begins first ends the text, whichever is named first; one of several bytes from the first of them', () => {
  const cases: [written: string, stop: string[], text: string][] = [
    ['abcd', ['c', 'bc', 'bcd'], 'a'],
    ['abab', ['ba', 'ab'], ''],
    ['a\u00e9b', ['\u00e9'], 'a'],
    ['a\u{1f600}b', ['\u{1f600}', 'b'], 'a'],
  ]
  for (const [written, stop, text] of cases) {
    const [row] = sample([{ prompt: 'go', grammar: `root ::= ${JSON.stringify(written)}`, stop, seeds: [3] }]) as [Row]
    assert.equal([row.text, row.finish], [text, 'stop'], written)
    assert.is(row.ids.length, text.length)
  }
})
it('a sliding window that is shorter than the answers: every sample of a row starts from its whole prompt', () => {
  const windowed = makeModel(folder, 'windowed', { architecture: 'gemma3', keys: { 'attention.sliding_window': 16 } }, 5)
  const asked = ['12+3=', 'abc', 'x'.repeat(40), '9=', 'go '.repeat(8)].map((prompt, id) => ({ id, prompt, n: 4, temperature: 0 }))
  for (const slots of ['1', '2', '3']) {
    const rows = sampleWith(windowed, asked, '-np', slots, '-c', '200')
    for (const { id } of asked)
      assert.is(new Set(rows.filter((row) => row.id === id).map(({ text }) => text)).size, 1, `row ${id}, ${slots} slots`)
  }
})

it('what is trained is what is served: turns that go on, templates that open none, and those that wrap an answer', () => {
  const turns = (answer: string, opens = '') =>
    `{# <think></think> #}{% for m in messages %}<{{ m.role }}>{% if m.role == 'assistant' %}${answer}{% else %}{{ m.content }}{% endif %}{{ eos_token }}{% endfor %}${opens}`
  const plain = turns('{{ m.content }}', '{% if add_generation_prompt %}<assistant>{% endif %}')
  const quotes = turns('"{{ m.content }}"', '{% if add_generation_prompt %}<assistant>{% endif %}')
  const reasons = { role: 'assistant', content: 'b', reasoning_content: 'r' }
  const block = '<think>\nr\n</think>\n\n'
  const says = (...contents: string[]) => contents.map((content) => ({ role: 'assistant', content }))
  const cases: [template: string, answers: object[], prompt: string, completion: string][] = [
    [plain, says('b'), '<assistant>', 'b</s>'],
    [plain, says('It is', ' 4'), '<assistant>It is', ' 4</s>'],
    [plain, [...says('<think>\ns'), reasons], '<assistant><think>\ns', 'r\n</think>\n\nb</s>'],
    [quotes, says('b'), '<assistant>', '"b"</s>'],
    [quotes, [reasons], '<assistant>', `${block}"b"</s>`],
    [quotes, says(`${block}b`), '<assistant>', `${block}"b"</s>`],
    [turns('{{ m.content }}'), says('b'), '<assistant>', 'b</s>'],
    [turns('{{ m.content }}'), [reasons], '<assistant>', `${block}b</s>`],
    [turns('{{ m.content }}'), says('It is', ' 4'), '<assistant>It is', ' 4</s>'],
    [turns('[{{ m.content }}]', '<assistant>'), says('b'), '<assistant>', '[b]</s>'], // opened at every end
  ]
  for (const [i, [chat_template, answers, prompt, completion]] of cases.entries()) {
    const chat = makeModel(folder, `chat-${i}`, { chat_template })
    const messages = [{ role: 'user', content: 'a' }, ...answers]
    const [trained, served] = [messages, messages.slice(0, -1)].map((shown, of) => {
      const { out, error } = tool(
        of ? 'llama-sample' : 'llama-score',
        ['-m', chat, '--data', '-', '--render'],
        toJsonl([{ messages: shown }]),
      )
      return (fromJsonl<Row & { completion_text: string }>(out)[0] ?? assert.unreachable(error)) as Row & { completion_text: string }
    })
    assert.is(served?.prompt_text, `<user>a</s>${prompt}`, `case ${i}`)
    assert.equal(trained?.prompt, served?.prompt, `case ${i}`)
    assert.is(trained?.completion_text, completion, `case ${i}`)
  }
})

it('a stop string that begins inside a token takes the token away, and leaves its first bytes in the text', () => {
  const words = ['<s>', '</s>', 'ab', 'cd', 'a', 'b', 'c', 'd']
  const pairs = makeModel(folder, 'pairs', {
    tokenizer: { model: 'gpt2', pre: 'gpt-2', tokens: words, merges: ['a b', 'c d'], bos: 0, eos: 1, add_bos: false },
  })
  const [row] = sampleWith(pairs, [{ prompt: 'ab', grammar: 'root ::= "abcd"', stop: ['bc'], seeds: [3] }]) as [Row]
  assert.is(row.text, 'a')
  const generated = [...row.ids, ...(row.cut_ids ?? [])].map((id) => words[id]).join('')
  assert.ok(generated.startsWith('abc'), generated)
  assert.is(row.ids.map((id) => words[id]).join(''), words[row.cut_ids?.[0] as number] === 'ab' ? '' : 'a')
})

it('prefix_tokens follow the prompt as they are', () => {
  const row = { prompt: '12+34=', temperature: 0, max_tokens: 12 }
  const [whole] = sample([row]) as [Row]
  const [rest] = sample([{ ...row, prefix_tokens: whole.ids.slice(0, 5), max_tokens: 7 }]) as [Row]
  assert.equal(rest.prompt, [...whole.prompt, ...whole.ids.slice(0, 5)])
  assert.equal(rest.ids, whole.ids.slice(5))
  const [alone] = sample([{ prefix_tokens: rest.prompt, temperature: 0, max_tokens: 7 }]) as [Row]
  assert.equal(alone.ids, rest.ids)
  assert.match(
    tool('llama-sample', ['-m', model, '--data', '-'], toJsonl([{ prefix_tokens: [1e9] }])).error,
    /"prefix_tokens" must be an array of token ids/,
  )
})

it('a spent budget closes the block, and says which tokens it put there', () => {
  const asked = { messages: [{ role: 'user', content: '1+1?' }], max_tokens: 30, seeds: [5], grammar: 'root ::= [a-z<>/ \\n]*' }
  for (const budget of [0, 6]) {
    const [row] = sampleWith(thinking, [{ ...asked, template_args: { enable_thinking: true }, reasoning_budget: budget }]) as [Row]
    assert.is(row.opened, true)
    assert.ok(row.prompt_text.endsWith('<think>\n'))
    const [[first, end]] = row.forced as [[number, number]]
    assert.is(first, budget)
    assert.is(row.text.slice(budget, budget + 11), '\n</think>\n\n')
    assert.is(end - first, 11) // characters are its tokens
    assert.is(row.ids.length, 30)
  }
  // a stop string that ends within what was put there: what is left of it, and nothing beyond the ids
  for (const [stop, kept] of [
    ['nk>', 6],
    ['\n</t', 0],
  ] as const) {
    const [cut] = sampleWith(thinking, [{ ...asked, template_args: { enable_thinking: true }, reasoning_budget: 6, stop: [stop] }]) as [Row]
    assert.equal([cut.ids.length, cut.forced], [6 + kept, kept ? [[6, 6 + kept]] : []])
  }
  const [off] = sampleWith(thinking, [{ ...asked, template_args: { enable_thinking: false }, reasoning_budget: 0 }]) as [Row]
  assert.equal([off.opened, off.forced], [undefined, []])
})

it('what a grammar lets nothing follow ends that row alone', () => {
  const few = makeModel(folder, 'few', {
    tokenizer: { model: 'gpt2', pre: 'gpt-2', tokens: ['<s>', '</s>', ...'ab'], merges: [], bos: 0, eos: 1, add_bos: false },
  })
  const [dead, other] = sampleWith(few, [
    { id: 0, prompt: 'a', grammar: 'root ::= "a" "c"' },
    { id: 1, prompt: 'a', grammar: 'root ::= "a" "b"' },
  ]) as [Row, Row]
  assert.equal([dead.finish, dead.text], ['grammar', 'a'])
  assert.equal([other.finish, other.text], ['stop', 'ab'])
})

it('a recurrent model with more samples than slots gives what one slot gives', () => {
  const mamba = writeRandomMamba(join(folder, 'mamba.gguf'))
  const rows = [0, 1, 2].map((id) => ({ id, prompt: `${id}+1=`, seeds: [1, 2, 3, 4], max_tokens: 8 }))
  const one = sampleWith(mamba, rows, '-np', '1')
  assert.is(new Set(one.map(({ ids }) => ids.join())).size, 12)
  for (const slots of ['3', '8'])
    assert.equal(
      sampleWith(mamba, rows, '-np', slots).map(({ ids }) => ids),
      one.map(({ ids }) => ids),
    )
})

it('rows that begin alike share their beginning, and say what they say alone', () => {
  const start = 'a long beginning that all of these prompts have in common; then '
  const rows = Array.from({ length: 12 }, (_, id) => ({ id, prompt: `${start}${'x'.repeat(id)}${id}`, temperature: 0, max_tokens: 12 }))
  const alone = rows.map((row) => (sample([row]) as [Row])[0])
  for (const slots of ['1', '4', '12']) {
    const same = texts(sample(rows, '-np', slots)).filter((text, i) => text === alone[i]?.text).length
    assert.ok(same >= 11, `${same} of 12 at ${slots} slots`) // a near tie may fall the other way
  }
})

it('prompt lookup draws the same tokens', () => {
  const rows = Array.from({ length: 6 }, (_, id) => ({
    id,
    prompt: `${'abcabc'.repeat(4)}${id}`,
    temperature: id % 2 ? 0 : 0.3,
    max_tokens: 60,
  }))
  const plain = sample(rows, '--seed', '4')
  const guessed = sample(rows, '--seed', '4', '--lookup', '6')
  const same = guessed.filter(({ text }, i) => text === plain[i]?.text).length
  assert.ok(same >= 5, `${same} of 6`)
  for (const { ids, finish } of guessed) assert.ok(finish === 'stop' || ids.length === 60)
})

it('an 8-bit cache says nearly the same', () => {
  const [exact] = sample([{ prompt: '12+34=', temperature: 0 }]) as [Row]
  const wide = makeModel(folder, 'wide', { embedding_length: 128 })
  assert.not.equal(exact.ids, [])
  const [full] = sampleWith(wide, [{ prompt: '12+34=', temperature: 0 }]) as [Row]
  const [small] = sampleWith(wide, [{ prompt: '12+34=', temperature: 0 }], '--cache-type', 'q8_0') as [Row]
  assert.ok(Math.abs((small.logprobs[0] ?? 0) - (full.logprobs[0] ?? 9)) < 0.05)
  assert.match(tool('llama-sample', ['-m', model, '--data', '-', '--cache-type', 'q4'], '').error, /--cache-type.*f16.*q8_0/)
})

test.run()
