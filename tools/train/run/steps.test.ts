// What a step is made of: schedules, weights of rows, accumulation, averaging, early stopping, continued adapters, messages.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { check, folder, randomModel, randomNumbers, rowsFile, toolSuite, train } from '../test-model.ts'
import type { Line } from '../test-model.ts'

const { it, run } = toolSuite('steps')

const random = randomNumbers(3)
const digits = (n: number) => Array.from({ length: n }, () => Math.floor(random() * 10)).join('')
const rows = Array.from({ length: 40 }, () => ({ prompt: `${digits(4)}=`, completion: digits(1 + Math.floor(random() * 6)) }))
const data = () => rowsFile('steps.jsonl', rows)
const steps = (lines: Line[], member: string) => lines.filter((line) => 'loss' in line).map((line) => line[member] ?? Number.NaN)
const near = (left: number, right: number, tolerance: number) =>
  assert.ok(Math.abs(left - right) <= tolerance, `${left} is not within ${tolerance} of ${right}`)
const all = (left: number[], right: number[], tolerance: number) => {
  assert.is(left.length, right.length)
  left.forEach((value, i) => near(value, right[i] ?? Number.NaN, tolerance))
}

const shapes: Record<string, (done: number) => number> = {
  cosine: (done) => 0.1 + 0.9 * 0.5 * (1 + Math.cos(Math.PI * done)),
  linear: (done) => 0.1 + 0.9 * (1 - done),
  constant: () => 1,
}
for (const [name, shape] of Object.entries(shapes)) {
  it(`schedule ${name}`, async () => {
    const lines = await train('sft', await randomModel('steps'), data(), join(folder, 'schedule.gguf'), [
      '--steps',
      12,
      '--batch',
      4,
      '--lr',
      0.01,
      '--warmup',
      4,
      '--min-lr-ratio',
      0.1,
      '--schedule',
      name,
    ])
    all(
      steps(lines, 'lr'),
      Array.from({ length: 12 }, (_, i) => 0.01 * (i < 4 ? (i + 1) / 4 : shape((i - 4) / 8))),
      1e-12,
    )
  })
}

it('a batch in pieces is the same batch', async () => {
  const model = await randomModel('steps')
  const file = data()
  const runs = await Promise.all(
    [[], ['--micro-batch', 3], ['--workers', 3], ['--plain'], ['--activation-memory', 0]].map((args, i) =>
      train('sft', model, file, join(folder, `pieces-${i}.gguf`), ['--steps', 6, '--batch', 20, '--lr', 0.003, ...args]),
    ),
  )
  for (const lines of runs) {
    all(steps(lines, 'loss'), steps(runs[0] as Line[], 'loss'), 2e-5)
    all(steps(lines, 'grad_norm'), steps(runs[0] as Line[], 'grad_norm'), 1e-4)
  }
})

it('a row of weight 0 does not count, a row of weight 2 counts twice', async () => {
  const model = await randomModel('steps')
  const [a, b] = [rows[0] as object, rows[1] as object]
  const loss = async (name: string, these: Record<string, unknown>[]) =>
    steps(
      await train('sft', model, rowsFile(`${name}.jsonl`, these), join(folder, `${name}.gguf`), ['--steps', 1, '--batch', 9]),
      'loss',
    )[0] ?? Number.NaN
  near(await loss('zero', [{ ...a }, { ...b, weight: 0 }]), await loss('alone', [{ ...a }]), 1e-6)
  near(await loss('double', [{ ...a, weight: 2 }, { ...b }]), await loss('twice', [{ ...a }, { ...a }, { ...b }]), 1e-6)
  assert.not.equal(await loss('alone', [{ ...a }]), await loss('both', [{ ...a }, { ...b }]))
})

it('clipping bounds the step, decay shrinks the weights', async () => {
  const model = await randomModel('steps')
  const norms = steps(
    await train('sft', model, data(), join(folder, 'clip.gguf'), ['--steps', 3, '--batch', 8, '--clip', 0.01]),
    'grad_norm',
  )
  assert.ok(
    norms.every((norm) => norm > 0.01),
    'the norm is reported as it was before clipping',
  )
  const plain = await train('sft', model, data(), join(folder, 'plain.gguf'), ['--steps', 3, '--batch', 8, '--lr', 0.01])
  const decayed = await train('sft', model, data(), join(folder, 'decayed.gguf'), [
    '--steps',
    3,
    '--batch',
    8,
    '--lr',
    0.01,
    '--weight-decay',
    5,
  ])
  assert.is(steps(plain, 'loss')[0], steps(decayed, 'loss')[0])
  assert.not.equal(steps(plain, 'loss')[2], steps(decayed, 'loss')[2])
})

it('early stopping keeps the best weights', async () => {
  const out = join(folder, 'early.gguf')
  // Answers that cannot be known: the training loss falls, the validation loss rises before long.
  const guess = (n: number) => Array.from({ length: n }, () => ({ prompt: `${digits(3)}=`, completion: digits(2) }))
  const val = rowsFile('early-val.jsonl', guess(30))
  const lines = await train('sft', await randomModel('steps'), rowsFile('early.jsonl', guess(8)), out, [
    '--steps',
    400,
    '--batch',
    8,
    '--lr',
    0.01,
    '--schedule',
    'constant',
    '--val',
    val,
    '--val-every',
    5,
    '--early-stop',
    4,
  ])
  const losses = lines.filter((line) => 'val_loss' in line).map((line) => line['val_loss'] ?? Number.NaN)
  const best = losses.indexOf(Math.min(...losses))
  assert.is(losses.length, best + 5, 'four validations without improvement, then it stops')
  const again = await train('sft', out, val, join(folder, 'early-2.gguf'), ['--steps', 1, '--batch', 30, '--lr', 1e-9])
  near(steps(again, 'loss')[0] ?? Number.NaN, losses[best] ?? Number.NaN, 1e-5)
})

it('the average of the weights is what is validated and saved', async () => {
  const out = join(folder, 'ema.gguf')
  const val = rowsFile('ema-val.jsonl', rows.slice(0, 10))
  const lines = await train('sft', await randomModel('steps'), data(), out, [
    '--steps',
    30,
    '--batch',
    8,
    '--lr',
    0.01,
    '--schedule',
    'constant',
    '--ema',
    0.9,
    '--val',
    val,
  ])
  const again = await train('sft', out, val, join(folder, 'ema-2.gguf'), ['--steps', 1, '--batch', 10, '--lr', 1e-9])
  near(steps(again, 'loss')[0] ?? Number.NaN, lines.filter((line) => 'val_loss' in line).at(-1)?.['val_loss'] ?? Number.NaN, 1e-5)
})

it('--lora-init goes on with an adapter, and libllama reads it as the trainer does', async () => {
  const model = await randomModel('steps')
  const [first, second] = [join(folder, 'first.gguf'), join(folder, 'second.gguf')]
  const before = await train('sft', model, data(), first, [
    '--steps',
    30,
    '--batch',
    40,
    '--lr',
    0.02,
    '--lora-rank',
    4,
    '--lora-alpha',
    12,
    '--lora-targets',
    'attn_v,ffn_up',
  ])
  const after = await train('sft', model, data(), second, ['--steps', 5, '--batch', 40, '--lr', 0.02, '--lora-init', first])
  assert.ok((steps(after, 'loss')[0] ?? 9) < (steps(before, 'loss')[0] ?? 0) - 0.3, 'it starts where the first ended')
  const [logits] = await check<{ largest_difference: number }>('check-logits', 'sft', model, data(), ['--lora-init', second])
  assert.ok((logits?.largest_difference ?? 9) < 1e-4, JSON.stringify(logits))
})

it('messages are trained as the chat template renders them', async () => {
  const model = await randomModel('steps')
  const chat = rowsFile('chat.jsonl', [
    {
      messages: [
        { role: 'user', content: '12+3' },
        { role: 'assistant', content: '15' },
      ],
    },
  ])
  const plain = rowsFile('same.jsonl', [{ prompt: '12+3=', completion: '15' }])
  const outs = [join(folder, 'chat.gguf'), join(folder, 'same.gguf')]
  await train('sft', model, chat, outs[0] as string, ['--steps', 3])
  await train('sft', model, plain, outs[1] as string, ['--steps', 3])
  assert.ok(readFileSync(outs[0] as string).equals(readFileSync(outs[1] as string)))
})
run()
