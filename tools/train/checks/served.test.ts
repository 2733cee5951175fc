// What is trained is what is served, or nothing is trained: mixed ranks, coarse types, split files, other bases, a graph that differs from libllama's.
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { check, folder, mustRun, randomModel, readLines, rowsFile, tool, toolSuite, train } from '../test-model.ts'

const { it, run } = toolSuite('served')
const data = () =>
  rowsFile(
    'served.jsonl',
    ['12', '34', '56', '78'].map((digits) => ({ prompt: `${digits}=`, completion: [...digits].reverse().join('') })),
  )
const place = (name: string) => join(folder, name)
const refused = async (args: (string | number)[]) => {
  const out = place('refused.gguf')
  const result = await tool('llama-train', ['sft', '--data', data(), '--out', out, '--workers', 1, '--progress', 'none', ...args])
  assert.is(result.exitCode, 1, result.stderr)
  assert.is(result.stderr.trim().split('\n').length, 1, result.stderr)
  assert.not(existsSync(out))
  return result.stderr
}

it('an adapter of different ranks is what libllama makes of it', async () => {
  const model = await randomModel('served')
  const out = place('mixed.gguf')
  const targets = ['--lora-rank', 3, '--lora-alpha', 7, '--lora-targets', 'attn_q,ffn_up:6,ffn_down:1']
  await train('sft', model, data(), out, ['--steps', 30, '--lr', 0.02, ...targets])
  const [logits] = await check<{ largest_difference: number }>('check-logits', 'sft', model, data(), ['--lora-init', out])
  const [base] = await check<{ largest_difference: number }>('check-logits', 'sft', model, data(), [])
  assert.ok(logits && logits.largest_difference < 1e-4, JSON.stringify(logits))
  assert.ok(base && base.largest_difference < 1e-4)
  assert.match(await refused(['-m', model, '--lora-init', out, '--lora-rank', 3]), /has rank 6 and alpha 7/)
})

it('adapters on embedding and head: gradients, libllama, merged', async () => {
  const model = await randomModel('wholly', { architecture: 'gemma3', name: 'random' })
  const targets = ['--lora-rank', 4, '--lora-targets', 'all,token_embd,output']
  const tensors = await check<{ tensor: string; norm: number; relative_error: number }>('check-gradients', 'sft', model, data(), targets)
  for (const name of ['token_embd.weight.lora_a', 'token_embd.weight.lora_b', 'output.weight.lora_a', 'output.weight.lora_b'])
    assert.ok(
      tensors.some(({ tensor, norm }) => tensor === name && norm > 1e-5),
      name,
    )
  for (const { tensor, relative_error: error } of tensors) assert.ok(error < 4e-3, `${tensor}: relative error ${error}`)
  const [out, merged, mean] = [place('wholly-adapter.gguf'), place('wholly-merged.gguf'), place('wholly-mean.gguf')]
  await train('sft', model, data(), out, ['--steps', 30, '--lr', 0.02, ...targets])
  type Logits = { largest_logp_difference: number; largest_logit: number }
  const [logits] = await check<Logits>('check-logits', 'sft', model, data(), ['--lora-init', out])
  assert.ok(logits && logits.largest_logp_difference < 1e-4 && logits.largest_logit > 1, JSON.stringify(logits))
  await mustRun('llama-train', ['average', '-m', out, '-m', out, '--out', mean])
  await mustRun('llama-export-lora', ['-m', model, '--lora', mean, '-o', merged, '-t', 1])
  const loss = async (base: string, args: string[]) =>
    (await train('sft', base, data(), place('x.gguf'), ['--steps', 1, ...args]))[0]?.['loss']
  const [together, apart] = [await loss(merged, []), await loss(model, ['--lora-init', out])]
  assert.ok(Math.abs((together as number) - (apart as number)) < 1e-4, `${together} merged, ${apart} apart`)
  const tied = await randomModel('tied', { tied_embeddings: true })
  assert.match(await refused(['-m', tied, '--lora-rank', 2, '--lora-targets', 'token_embd']), /this model's embedding is its head too/)
})

it('all weights of a coarse base: refused before any work, or another type that was asked for', async () => {
  const model = await randomModel('coarse', { embedding_length: 64, feed_forward_length: 64 }, 'Q4_0')
  assert.match(await refused(['-m', model]), /coarse\.gguf: token_embd\.weight is q4_0, which would round away .*--type Q8_0/)
  const wide = await train('sft', model, data(), place('wide.gguf'), ['--steps', 20, '--lr', 0.01, '--type', 'F32', '--val', data()])
  const again = await train('sft', place('wide.gguf'), data(), place('again.gguf'), ['--steps', 1])
  const reported = wide.findLast((line) => 'val_loss' in line)?.['val_loss'] as number
  assert.ok(Math.abs((again[0]?.['loss'] as number) - reported) < 1e-4, `${again[0]?.['loss']} in the file, ${reported} reported`)
})

it('a split model is read as one and saved as one', async () => {
  const spec = { architecture: 'gemma3', keys: { 'attention.sliding_window': 4 } }
  const whole = await randomModel('whole', spec)
  const first = place('split-00001-of-00003.gguf')
  await mustRun('llama-init', ['--spec', place('whole.json'), '--seed', 3, '--parts', 3, '--out', first])
  assert.ok(existsSync(place('split-00003-of-00003.gguf')))
  const steps = ['--steps', 5, '--lr', 0.01]
  assert.equal(
    (await train('sft', first, data(), place('from-split.gguf'), steps)).map(({ loss }) => loss),
    (await train('sft', whole, data(), place('from-whole.gguf'), steps)).map(({ loss }) => loss),
  )
  assert.ok(readFileSync(place('from-split.gguf')).equals(readFileSync(place('from-whole.gguf'))))
  assert.match(await refused(['-m', place('split-00002-of-00003.gguf')]), /is one of 3 files of a split model: name the first/)
  renameSync(place('split-00003-of-00003.gguf'), place('elsewhere.gguf'))
  assert.match(await refused(['-m', first]), /split-00003-of-00003\.gguf|part 3 of 3/)
})

it('a checkpoint of another base is refused', async () => {
  const [one, other] = [await randomModel('base-one'), await randomModel('base-other', { rope_freq_base: 20000 })]
  const checkpoints = ['--checkpoint-dir', place('of-base-one'), '--lora-rank', 2, '--steps', 4]
  await train('sft', one, data(), place('of-one.gguf'), [...checkpoints, '--checkpoint-every', 2])
  assert.match(await refused(['-m', other, ...checkpoints, '--resume']), /belongs to a run with other options or data/)
  await train('sft', one, data(), place('of-one.gguf'), [...checkpoints, '--resume'])
})

it('a graph that is not the served one is not trained; one that is says how near it is', async () => {
  const model = await randomModel('graph', { architecture: 'qwen3', init: { matrix: 3, head: 1 }, keys: { 'some.thing': 3 } })
  assert.match(
    await refused(['-m', model, '--without', 'qk-norm']),
    /graph\.gguf: the trainer's log-probabilities differ from libllama's by [\d.]+ a token .*; keys of the file that the trainer does not read: qwen3\.some\.thing$/m,
  )
  const lines = await train('sft', model, data(), place('near.gguf'), ['--steps', 1])
  const served = readLines(place('near.gguf.jsonl')).at(-1)?.['served'] as unknown as { tokens: number; mean_abs: number; max_abs: number }
  assert.ok(served.tokens === 12 && served.mean_abs < 1e-5 && served.max_abs < 1e-4, JSON.stringify(lines.at(-1)))
})
run()
