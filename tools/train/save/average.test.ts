// Averages of weights, snapshots on the way, and moments that one training hands to the next.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { check, folder, randomModel, rowsFile, tool, toolSuite, train } from '../test-model.ts'

const { it, run } = toolSuite('average')
const rows = ['12', '34', '56', '78'].map((digits) => ({ prompt: `${digits}=`, completion: [...digits].reverse().join('') }))
const data = () => rowsFile('average.jsonl', rows)
const place = (name: string) => join(folder, name)
const one = ['--lr', 0.01, '--schedule', 'constant']

it('the mean of two adapters gives the mean of their products; of a file with itself, itself', async () => {
  const model = await randomModel('average')
  const [a, b, mean] = [place('a.gguf'), place('b.gguf'), place('mean.gguf')]
  await train('sft', model, data(), a, [...one, '--steps', 30, '--lora-rank', 2, '--lora-alpha', 3])
  await train('sft', model, data(), b, [...one, '--steps', 30, '--lora-rank', 3, '--seed', 2])
  assert.is((await tool('llama-train', ['average', '-m', a, '-m', a, '--out', place('same.gguf')])).exitCode, 0)
  assert.is((await tool('llama-train', ['average', '-m', a, '-m', b, '--share', 1, '--share', 3, '--out', mean])).exitCode, 0)
  const losses = async (adapter: string, name: string) =>
    (await train('sft', model, data(), place(name), ['--steps', 1, '--lora-init', adapter])).find((line) => 'loss' in line)?.[
      'loss'
    ] as number
  assert.ok(Math.abs((await losses(a, 'x.gguf')) - (await losses(place('same.gguf'), 'x.gguf'))) < 1e-5)
  // libllama reads it as the trainer does
  const [logits] = await check<{ largest_difference: number }>('check-logits', 'sft', model, data(), ['--lora-init', mean])
  assert.ok(logits && logits.largest_difference < 1e-4, JSON.stringify(logits))
  const factors = await tool('llama-train', ['average', '--factors', '-m', a, '-m', b, '--out', place('no.gguf')])
  assert.match(factors.stderr, /b\.gguf: blk\.0\.attn_q\.weight\.lora_a has another shape than in .*a\.gguf, average files of one model/)
  assert.not(existsSync(place('no.gguf')))
})

it('whole models: the mean of x and y, and what is not one model is refused', async () => {
  const model = await randomModel('average')
  const [a, mean] = [place('full.gguf'), place('full-mean.gguf')]
  await train('sft', model, data(), a, [...one, '--steps', 5])
  assert.is((await tool('llama-train', ['average', '-m', model, '-m', a, '--share', 1, '--share', 1e-6, '--out', mean])).exitCode, 0)
  const first = async (base: string) => (await train('sft', base, data(), place('y.gguf'), ['--steps', 1]))[0]?.['loss'] as number
  assert.ok(Math.abs((await first(mean)) - (await first(model))) < 1e-4)
  assert.is((await tool('llama-train', ['average', '-m', model, '-m', a, '--out', mean])).exitCode, 0)
  assert.ok((await first(mean)) < (await first(model)))
  const wide = await randomModel('average-wide', { embedding_length: 64 })
  const refused = await tool('llama-train', ['average', '-m', model, '-m', wide, '--out', place('no.gguf')])
  assert.match(refused.stderr, /has another shape/)
  assert.match((await tool('llama-train', ['average', '-m', model, '--out', mean])).stderr, /name at least two files/)
})

it('what was made for another base is refused, and says in what they differ; the same base in other types is none', async () => {
  const model = await randomModel('average')
  const turned = await randomModel('average-turned', { rope_freq_base: 5000 })
  const other = await randomModel('average-other', { init: { matrix: 0.9 } })
  const [a, b, no] = [place('of-model.gguf'), place('of-other.gguf'), place('no.gguf')]
  const lora = ['--lora-rank', 2, '--steps', 1]
  await train('sft', model, data(), a, lora)
  await train('sft', other, data(), b, lora)
  const refused = async (name: string, args: string[], error: RegExp) => {
    const { exitCode, stderr } = await tool(name, args)
    assert.is(exitCode, 1)
    assert.match(stderr, error)
    assert.is(stderr.trim().split('\n').length, 1, stderr)
  }
  const average = ['average', '--out', no, '-m']
  await refused(
    'llama-train',
    [...average, a, '-m', b],
    /of-other\.gguf: is an adapter of another base than .*of-model\.gguf \(other weights\)/,
  )
  await refused(
    'llama-train',
    [...average, model, '-m', turned],
    /turned\.gguf: llama\.rope\.freq_base is 5000, and as usual in .*average\.gguf/,
  )
  await refused(
    'llama-train',
    ['sft', '-m', turned, '--data', data(), '--out', no, '--lora-init', a],
    /of-model\.gguf: this adapter was made for another model than .*turned\.gguf \(other keys of RoPE, windows or scales\)/,
  )
  await refused('llama-score', ['-m', other, '--lora', a, '--data', data()], /of-model\.gguf: this adapter was .* \(other weights\)/)
  await refused('llama-export-lora', ['-m', other, '--lora', a, '-o', no], /of-model\.gguf: this adapter was .* \(other weights\)/)
  await refused('llama-export-lora', ['-m', model, '--lora', a, '-o', model], /average\.gguf: -o is the file of -m too/)
  const coarse = await randomModel('average-coarse', {}, 'Q8_0')
  await train('sft', coarse, data(), no, ['--lora-init', a, '--steps', 1])
})

it('snapshots on the way are what a shorter run saves; kept moments go on as if the run had not ended', async () => {
  const model = await randomModel('average')
  const whole = place('whole.gguf')
  await train('sft', model, data(), whole, [...one, '--steps', 6, '--save-every', 2])
  assert.ok(existsSync(place('whole-step-000002.gguf')) && existsSync(place('whole-step-000004.gguf')))
  assert.not(existsSync(place('whole-step-000006.gguf')))
  const [half, moments] = [place('half.gguf'), place('moments.gguf')]
  await train('sft', model, data(), half, [...one, '--steps', 4, '--optimizer-out', moments])
  assert.ok(readFileSync(half).equals(readFileSync(place('whole-step-000004.gguf'))))
  // every batch holds all rows, so only the order of summation may differ
  const loss = async (out: string, args: (string | number)[]) =>
    (await train('sft', half, data(), place(out), [...one, '--steps', 2, ...args])).filter((line) => 'loss' in line).at(-1)?.[
      'loss'
    ] as number
  const last = async (file: string) => (await train('sft', file, data(), place('z.gguf'), ['--steps', 1]))[0]?.['loss'] as number
  await loss('kept.gguf', ['--optimizer-in', moments])
  await loss('fresh.gguf', [])
  const [kept, fresh, full] = [await last(place('kept.gguf')), await last(place('fresh.gguf')), await last(whole)]
  assert.ok(Math.abs(kept - full) < 1e-4, `${kept} against ${full}`)
  assert.ok(Math.abs(fresh - full) > 1e-3, `${fresh} against ${full}: without the moments it is another step`)
})
run()
