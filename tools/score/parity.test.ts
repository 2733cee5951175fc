// llama-score against node-llama-cpp's controlledEvaluate, llama-sample's own log-probabilities, and arithmetic.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { characterTokenizer, fromJsonl, haveTools, makeModel, testFolder, toJsonl, tool } from '../rows/make-model.ts'

type Score = {
  id: number
  log_likelihood: number
  mean_log_likelihood: number
  perplexity: number
  tokens: number
  entropy: number
  greedy_match: boolean
  prompt: number[]
  completion: number[]
  logprobs: number[]
  error?: string
}

const test = suite('llama-score parity')
const built = haveTools('llama-score parity', ['llama-init', 'llama-sample', 'llama-score', 'llama-train'])
const folder = testFolder('score')
const it = (what: string, check: () => void | Promise<void>) =>
  test(what, async () => {
    if (built) await check()
  })
const shapes = [
  { architecture: 'llama' },
  { architecture: 'llama', nope: true },
  { architecture: 'qwen2', head_count_kv: 2 },
  { architecture: 'qwen3', head_count_kv: 2, tied_embeddings: true },
]
/** Without byte tokens a text has one tokenization only, so what was sampled is what is scored. */
const tokenizer = { ...characterTokenizer, tokens: characterTokenizer.tokens.filter((token) => !token.startsWith('<0x')) }
const models = built ? shapes.map((shape, i) => makeModel(folder, `model-${i}`, { ...shape, tokenizer }, i + 1)) : []
const rows = Array.from({ length: 40 }, (_, id) => ({
  id,
  prompt: `${(id * 977) % 1000}+${'4'.repeat(1 + ((id * 5) % 60))}=`,
  response: 'answer 7: abc'.repeat(3).slice(0, 1 + ((id * 11) % 33)),
}))
const score = (model: string, ...args: string[]): Score[] => {
  const { code, out, error } = tool(
    'llama-score',
    ['-m', model, '--data', '-', '--out', '-', '--logprobs', '-t', '1', ...args],
    toJsonl(rows),
  )
  if (code !== 0) throw new Error(error)
  return fromJsonl<Score>(out).filter(({ id }) => id !== undefined)
}
const largest = (a: number[], b: number[]) => Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))))

it('log-probabilities equal those of node-llama-cpp', async () => {
  const { getLlama, LlamaLogLevel } = await import('node-llama-cpp')
  const llama = await getLlama({ build: 'never', skipDownload: true, gpu: false, maxThreads: 1, logLevel: LlamaLogLevel.error })
  try {
    for (const path of models) {
      const weights = await llama.loadModel({ modelPath: path })
      const context = await weights.createContext({ contextSize: 512, threads: 1 })
      const sequence = context.getSequence()
      for (const { id, prompt, completion, logprobs } of score(path).filter((_, i) => i % 4 === 0)) {
        const tokens = [...prompt, ...completion]
        await sequence.clearHistory()
        const input = tokens
          .slice(0, -1)
          .map((token, i) => (i + 1 < prompt.length ? token : ([token, { generateNext: { probabilities: true } }] as const)))
        const output = await sequence.controlledEvaluate(input as Parameters<typeof sequence.controlledEvaluate>[0])
        const theirs = completion.map((token, i) =>
          Math.log(output[prompt.length - 1 + i]?.next.probabilities?.get(token as never) ?? Number.NaN),
        )
        assert.ok(largest(logprobs, theirs) < 5e-3, `${path} row ${id}: ${largest(logprobs, theirs)}`)
      }
      await weights.dispose()
    }
  } finally {
    await llama.dispose()
  }
})

it('scores what llama-sample drew as llama-sample saw it', () => {
  for (const model of models) {
    const prompts = rows.map(({ id, prompt }) => ({ id, prompt, grammar: 'root ::= [a-z]*', max_tokens: 12 }))
    const sampled = fromJsonl<{ id: number; text: string; ids: number[]; logprobs: number[] }>(
      tool('llama-sample', ['-m', model, '--data', '-', '--logprobs', '-t', '1'], toJsonl(prompts)).out,
    ).filter(({ id }) => id !== undefined)
    const responses = sampled.map(({ id, text }) => ({ id, prompt: rows[id]?.prompt, response: text }))
    const scored = fromJsonl<Score>(tool('llama-score', ['-m', model, '--data', '-', '--logprobs', '-t', '1'], toJsonl(responses)).out)
    for (const [i, { ids, logprobs }] of sampled.entries()) {
      assert.equal(scored[i]?.completion.slice(0, ids.length), ids)
      assert.ok(largest(logprobs, scored[i]?.logprobs ?? []) < 5e-3)
    }
  }
})

it('sums, means, perplexity and greedy match follow from the log-probabilities', () => {
  const [model] = models as [string]
  for (const row of score(model)) {
    const sum = row.logprobs.reduce((a, b) => a + b, 0)
    assert.ok(Math.abs(row.log_likelihood - sum) < 1e-4)
    assert.ok(Math.abs(row.mean_log_likelihood - sum / row.tokens) < 1e-5)
    assert.ok(Math.abs(row.perplexity / Math.exp(-sum / row.tokens) - 1) < 1e-4)
    assert.is(row.tokens, row.completion.length)
    assert.is(row.completion.at(-1), 2)
    assert.ok(row.entropy > 0 && row.entropy < Math.log(400))
    assert.is(row.greedy_match, false)
  }
})

it('greedy match is true for what greedy decoding writes, and for nothing else', () => {
  const [model] = models as [string]
  const lesson = join(folder, 'lesson.jsonl')
  const taught = join(folder, 'taught.gguf')
  writeFileSync(lesson, toJsonl(Array.from({ length: 8 }, (_, i) => ({ prompt: `${i}=`, completion: `${i}${i}` }))))
  const { code, error } = tool('llama-train', [
    'sft',
    '-m',
    model,
    '--data',
    lesson,
    '--out',
    taught,
    '--steps',
    '80',
    '--batch',
    '8',
    '--lr',
    '3e-3',
    '--workers',
    '1',
    '--progress',
    'none',
  ])
  assert.is(code, 0, error)
  const answers = ['44', '45', '4', '444', '54']
  const scored = fromJsonl<Score>(
    tool('llama-score', ['-m', taught, '--data', '-', '-t', '1'], toJsonl(answers.map((response, id) => ({ id, prompt: '4=', response }))))
      .out,
  )
  const [written] = fromJsonl<{ text: string }>(
    tool('llama-sample', ['-m', taught, '--data', '-', '-t', '1'], toJsonl([{ prompt: '4=', temperature: 0, max_tokens: 9 }])).out,
  )
  assert.is(written?.text, '44')
  assert.equal(
    scored.slice(0, 5).map(({ greedy_match }) => greedy_match),
    [true, false, false, false, false],
  )
})

it('batch size, slots and threads change nothing but the last digits', () => {
  for (const model of models) {
    const all = score(model).map(({ log_likelihood }) => log_likelihood)
    for (const args of [
      ['-b', '17'],
      ['-b', '64', '-np', '2'],
      ['-np', '1'],
      ['-b', '2048', '-np', '64'],
    ])
      assert.ok(
        largest(
          all,
          score(model, ...args).map(({ log_likelihood }) => log_likelihood),
        ) < 2e-2,
        args.join(' '),
      )
    assert.equal(score(model, '-t', '3'), score(model))
  }
})

it('says what cannot be scored, and refuses bad rows with their place', () => {
  const [model] = models as [string]
  const { out } = tool(
    'llama-score',
    ['-m', model, '--data', '-', '-c', '20'],
    toJsonl([
      { id: 'a', prompt: '1', completion: '2' },
      { id: 'b', prompt: '1'.repeat(30), response: '2' },
    ]),
  )
  const [a, b, done] = fromJsonl<object>(out) as [Score, Score, { batch_done: number }]
  assert.equal([a.id, a.tokens, b, done], ['a', 2, { id: 'b', error: 'context' }, { batch_done: 2 }])
  for (const [row, expected] of [
    ['{"prompt": "1"}', /stdin:1: a row needs "prompt" and "completion", or "messages"/],
    ['{"prompt": "1", "response": 4}', /stdin:1: "response" must be a string or an array of one message/],
    ['{"messages": [{"role": "user", "content": "x"}]}', /stdin:1: "messages" must end with an assistant turn/],
    ['{"response": "1"}', /stdin:1: a row needs "prompt" or "messages"/],
    ['nonsense', /stdin:1: not valid JSON/],
  ] as const) {
    const { code, error } = tool('llama-score', ['-m', model, '--data', '-'], row)
    assert.is(code, 1)
    assert.match(error, expected)
    assert.is(error.trimEnd().split('\n').length, 1)
  }
})

test.run()
