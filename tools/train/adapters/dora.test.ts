// DoRA: what is written is a whole model that answers what was trained, at the trainer's own likelihood.
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { check, folder, randomModel, rowsFile, tool, toolSuite, train } from '../test-model.ts'

const { it, run } = toolSuite('DoRA')
const rows = () =>
  rowsFile(
    'dora.jsonl',
    Array.from({ length: 24 }, (_, i) => ({ prompt: `${(i * 7) % 24}=`, completion: `${(i * 11 + 3) % 97}` })),
  )
const scales = { embedding: 1, head: 1 }

for (const [type, result] of [
  ['F32', undefined],
  ['Q8_0', undefined],
  ['Q4_0', 'Q8_0'],
] as const)
  it(`24 facts on a base in ${type}`, async () => {
    const model = await randomModel('dora', { embedding_length: 64, feed_forward_length: 96, init: scales }, type)
    const out = join(folder, 'dora-merged.gguf')
    const args = ['--lora-rank', 8, '--dora', '--steps', 200, '--batch', 24, '--lr', 0.01, '--schedule', 'linear', '--warmup', 5]
    const steps = await train('sft', model, rows(), out, [...args, ...(result ? ['--type', result] : [])])
    assert.ok((steps.findLast((line) => 'exact' in line)?.['exact'] as number) >= 22 / 24, JSON.stringify(steps.at(-2)))
    const served = await train('sft', out, rows(), join(folder, 'again.gguf'), ['--steps', 1, '--lr', 1e-9, '--type', 'F32'])
    const [trained, again] = [steps.findLast(({ loss }) => loss !== undefined)?.['loss'], served[0]?.['loss']]
    assert.ok(Math.abs((trained as number) - (again as number)) < (type === 'F32' ? 5e-3 : 0.1), `${trained} ${again}`)
    const [logits] = await check<{ mean_logp_difference: number }>('check-logits', 'sft', out, rows())
    assert.ok((logits?.mean_logp_difference ?? 1) < (type === 'F32' ? 1e-5 : 0.1), JSON.stringify(logits))
  })

it('what it cannot be is refused in a line', async () => {
  const model = await randomModel('dora', {}, 'Q4_0')
  const asked = (...more: (string | number)[]) =>
    tool('llama-train', ['sft', '-m', model, '--data', rows(), '--out', join(folder, 'no.gguf'), ...more])
  assert.match((await asked('--dora')).stderr, /--dora needs --lora-rank/)
  assert.match((await asked('--dora', '--lora-rank', 2)).stderr, /name a type for the result/)
  assert.match(
    (await asked('--dora', '--lora-rank', 2, '--type', 'F32', '--lora-targets', 'output')).stderr,
    /output can have no magnitude/,
  )
})
run()
