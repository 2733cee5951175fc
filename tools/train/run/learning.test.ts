// The three methods teach what they should: from random weights, by an adapter on a quantized base, from preferences, from rewards alone.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { folder, randomModel, randomNumbers, rowsFile, tool, toolSuite, train } from '../test-model.ts'

const { it, run } = toolSuite('learning', ['llama-init', 'llama-train', 'llama-sample', 'llama-score'])

// The task: write three letters backwards.
const letters = [...'abcdefgh']
const all = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)))
const random = randomNumbers(11)
const shuffled = all
  .map((word) => ({ word, key: random() }))
  .sort((x, y) => x.key - y.key)
  .map(({ word }) => word)
const [held, seen] = [shuffled.slice(0, 80), shuffled.slice(80)]
const backwards = (word: string) => [...word].reverse().join('')
const rows = (words: string[]) => words.map((word) => ({ prompt: `${word}=`, completion: backwards(word) }))
const shape = { embedding_length: 64, feed_forward_length: 128, block_count: 2, nope: false }

async function sampleAll(model: string, words: string[], args: (string | number)[], n = 1) {
  const prompts = rowsFile(
    'prompts.jsonl',
    words.map((word) => ({ id: word, prompt: `${word}=`, n })),
  )
  const out = join(folder, 'samples.jsonl')
  const result = await tool('llama-sample', [
    '-m',
    model,
    '--data',
    prompts,
    '--out',
    out,
    '-t',
    1,
    '-np',
    32,
    '--max-tokens',
    6,
    '--seed',
    5,
    '--progress',
    'none',
    ...args,
  ])
  assert.is(result.exitCode, 0, result.stderr)
  return readFileSync(out, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; text: string; ids: number[]; logprobs: number[] })
}

const greedy = async (model: string, args: string[] = []) => {
  const samples = await sampleAll(model, held, ['--temp', 0, ...args])
  return samples.filter(({ id, text }) => text === backwards(id)).length / samples.length
}

let base = ''
it('sft: from random weights to unseen words, and the file scores as the last validation did', async () => {
  const model = await randomModel('learner', shape)
  base = join(folder, 'base.gguf')
  const lines = await train('sft', model, rowsFile('seen.jsonl', rows(seen)), base, [
    '--val',
    rowsFile('held.jsonl', rows(held)),
    '--epochs',
    60,
    '--batch',
    32,
    '--lr',
    0.004,
    '--warmup',
    20,
  ])
  const last = lines.filter((line) => 'val_loss' in line).at(-1)
  assert.ok((last?.['val_exact'] ?? 0) >= 0.95, JSON.stringify(last))
  const scores = join(folder, 'scores.jsonl')
  const result = await tool('llama-score', [
    '-m',
    base,
    '--data',
    join(folder, 'held.jsonl'),
    '--out',
    scores,
    '-t',
    1,
    '--progress',
    'none',
  ])
  assert.is(result.exitCode, 0, result.stderr)
  const scored = readFileSync(scores, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { log_likelihood: number; tokens: number })
  const loss = -scored.reduce((sum, row) => sum + row.log_likelihood, 0) / scored.reduce((sum, row) => sum + row.tokens, 0)
  assert.ok(Math.abs(loss - (last?.['val_loss'] ?? 0)) < 5e-3, `llama-score ${loss}, trainer ${last?.['val_loss']}`)
  assert.ok(Math.abs((await greedy(base)) - (last?.['val_exact'] ?? 0)) < 0.02, 'greedy decoding is what teacher forcing said')
})

it('lora: an adapter on a Q8_0 base changes the behaviour', async () => {
  const quantized = join(folder, 'base-q8.gguf')
  await train('sft', base, rowsFile('seen.jsonl', rows(seen)), quantized, ['--steps', 1, '--lr', 1e-9, '--type', 'Q8_0'])
  const shouted = (words: string[]) => rows(words).map((row) => ({ ...row, completion: `${row.completion}+` }))
  const adapter = join(folder, 'shout.gguf')
  const lines = await train('sft', quantized, rowsFile('shout.jsonl', shouted(seen)), adapter, [
    '--val',
    rowsFile('shout-held.jsonl', shouted(held)),
    '--epochs',
    8,
    '--batch',
    16,
    '--lr',
    0.005,
    '--lora-rank',
    4,
  ])
  assert.ok((lines[0]?.['exact'] ?? 1) < 0.1 && (lines.at(-2)?.['val_exact'] ?? 0) > 0.9, JSON.stringify(lines.at(-2)))
  const samples = await sampleAll(quantized, held, ['--temp', 0, '--lora', adapter])
  assert.ok(samples.filter(({ id, text }) => text === `${backwards(id)}+`).length > 0.9 * held.length)
})

it('dpo with the NLL term: margin, likelihood and greedy rate of the chosen answer all rise', async () => {
  const pairs = (words: string[]) => words.map((word) => ({ prompt: `${word}=`, chosen: `${backwards(word)}1`, rejected: backwards(word) }))
  const lines = await train('dpo', base, rowsFile('pairs.jsonl', pairs(seen)), join(folder, 'dpo.gguf'), [
    '--val',
    rowsFile('pairs-held.jsonl', pairs(held)),
    '--epochs',
    4,
    '--batch',
    32,
    '--lr',
    0.001,
    '--beta',
    0.2,
    '--nll-weight',
    1,
  ])
  const [first, last] = [lines[0], lines.filter((line) => 'val_loss' in line).at(-1)]
  assert.ok(Math.abs(first?.['margin'] ?? 9) < 1e-4, 'before the first step the model is the reference')
  assert.ok((last?.['val_margin'] ?? 0) > 1 && last?.['val_accuracy'] === 1, JSON.stringify(last))
  assert.ok(
    (last?.['val_chosen_logp'] ?? -99) > (first?.['chosen_logp'] ?? 0) + 1 && (last?.['val_exact'] ?? 0) > 0.9,
    JSON.stringify(last),
  )
})

it('dpo: the reference can be another model', async () => {
  const pairs = rowsFile(
    'pairs.jsonl',
    seen.slice(0, 64).map((word) => ({ prompt: `${word}=`, chosen: `${backwards(word)}1`, rejected: backwards(word) })),
  )
  const lines = await train('dpo', join(folder, 'dpo.gguf'), pairs, join(folder, 'dpo-2.gguf'), [
    '--steps',
    1,
    '--batch',
    64,
    '--beta',
    0.2,
    '--ref-model',
    base,
  ])
  assert.ok((lines[0]?.['margin'] ?? 0) > 1, 'the trained model is ahead of the first one from the start')
})

it('grpo: verified rewards alone raise the pass rate of a half-solved task by 15 points', async () => {
  const model = await randomModel('learner', shape)
  let current = join(folder, 'half.gguf')
  await train('sft', model, rowsFile('seen.jsonl', rows(seen)), current, [
    '--steps',
    50,
    '--batch',
    32,
    '--lr',
    0.004,
    '--warmup',
    20,
    '--schedule',
    'constant',
  ])
  const before = await greedy(current)
  for (let round = 1; round <= 4; round++) {
    const samples = await sampleAll(current, seen.slice(0, 256), ['--temp', 1, '--logprobs'], 8)
    const groups = seen.slice(0, 256).map((word) => ({
      prompt: `${word}=`,
      completions: samples
        .filter(({ id }) => id === word)
        .map(({ text, ids, logprobs }) => ({ ids, logprobs, reward: text === backwards(word) ? 1 : 0 })),
    }))
    const next = join(folder, `grpo-${round}.gguf`)
    await train('grpo', current, rowsFile('groups.jsonl', groups), next, [
      '--epochs',
      1,
      '--batch',
      128,
      '--lr',
      0.0005,
      '--schedule',
      'constant',
      '--inner-epochs',
      2,
      '--kl',
      0.01,
    ])
    current = next
  }
  const after = await greedy(current)
  assert.ok(before > 0.1 && before < 0.85 && after > before + 0.15, `from ${before} to ${after}`)
})
run()
