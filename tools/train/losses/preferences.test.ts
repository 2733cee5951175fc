// Preferences without or with a reference: chosen answers become likelier than rejected ones, wanted ones than unwanted.
import * as assert from 'uvu/assert'
import { join } from 'node:path'
import { folder, randomModel, rowsFile, toolSuite, train } from '../test-model.ts'

const { it, run } = toolSuite('preferences')

const digits = [...'01234567']
const pairs = digits.map((d, i) => ({ prompt: `${d}=`, chosen: `${d}a`, rejected: `${digits[(i + 3) % 8]}b` }))
const single = pairs.flatMap(({ prompt, chosen, rejected }) => [
  { prompt, completion: chosen, desirable: true },
  { prompt, completion: rejected, desirable: false },
])
const settings = ['--steps', 60, '--lr', 0.005, '--schedule', 'constant']
const last = (lines: Record<string, unknown>[], key: string) => lines.findLast((line) => key in line)?.[key] as number

for (const method of ['simpo', 'orpo']) {
  it(`${method}: every pair the right way round, equal answers without a gradient from the comparison`, async () => {
    const model = await randomModel('preferences')
    const lines = await train(method, model, rowsFile('pairs.jsonl', pairs), join(folder, `${method}.gguf`), settings)
    assert.ok(last(lines, 'accuracy') === 1 && last(lines, 'margin') > 1, JSON.stringify(lines.at(-2)))
    if (method === 'orpo') assert.is(last(lines, 'exact'), 1) // its cross-entropy makes the chosen answers the greedy ones
    const equal = pairs.map((row) => ({ ...row, rejected: row.chosen }))
    const [step] = await train('simpo', model, rowsFile('equal.jsonl', equal), join(folder, 'equal.gguf'), ['--steps', 1])
    assert.is(step?.['grad_norm'], 0)
  })
}

it('kto: wanted answers gain on the reference, unwanted ones lose', async () => {
  const model = await randomModel('preferences')
  const lines = await train('kto', model, rowsFile('single.jsonl', single), join(folder, 'kto.gguf'), settings)
  assert.ok(last(lines, 'reward_desirable') > 0.2 && last(lines, 'reward_undesirable') < -0.2, JSON.stringify(lines.at(-2)))
  const [first] = lines
  assert.ok(Math.abs((first?.['loss'] as number) - 0.5) < 1e-6, 'at the start model and reference are one')
  const kept = await train('kto', model, rowsFile('single.jsonl', single), join(folder, 'kto2.gguf'), [
    ...settings,
    '--undesirable-weight',
    0,
  ])
  assert.ok(last(kept, 'reward_undesirable') > last(lines, 'reward_undesirable'))
})

it('rsLoRA: the scale grows with the root of the rank', async () => {
  const model = await randomModel('preferences')
  const data = rowsFile('pairs.jsonl', pairs)
  const run_ = (name: string, args: (string | number)[]) =>
    train('dpo', model, data, join(folder, name), ['--steps', 5, '--lora-rank', 4, ...args])
  const losses = (lines: Record<string, unknown>[]) => lines.filter((line) => 'loss' in line).map((line) => line['loss'])
  assert.equal(
    losses(await run_('rs.gguf', ['--lora-alpha', 3, '--lora-rank-stabilized'])),
    losses(await run_('plain.gguf', ['--lora-alpha', 6])),
  )
})
run()
