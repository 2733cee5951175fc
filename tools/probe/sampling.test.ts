// Sampling on a device as on the CPU: greedy tokens of 200 prompts, but for ties, which are counted; and a model that only two devices together hold.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { paths } from '@whetstone/core'
import { fakeDevice } from '../train/device.ts'
import { folder, randomModel, randomNumbers, readLines, toolSuite } from '../train/test-model.ts'

const { it, run } = toolSuite('sampling on a device', ['llama-sample', 'llama-init'])
const random = randomNumbers(5)
const fake = await fakeDevice()
type Sample = { id: number; ids: number[]; logprobs: number[] }

/** Two tokens whose log-probabilities are nearer than this are a tie in half precision: the CPU and the device add up in other orders. */
const tie = 2e-2

async function greedy(file: string, model: string, prompts: number, flags: string[], env = {}): Promise<Map<number, Sample>> {
  const data = join(folder, 'greedy-prompts.jsonl')
  const out = join(folder, 'greedy.jsonl')
  const rows = Array.from({ length: prompts }, (_, id) => ({ id, prompt: `${Math.floor(random() * 1e9)}=` }))
  if (!flags.includes('again')) writeFileSync(data, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  const settings = ['--temp', '0', '-n', '8', '-np', '32', '-t', '1', '--logprobs', '--progress', 'none', '-c', '32']
  const args = ['-m', model, '--data', data, '--out', out, ...settings, ...flags.filter((flag) => flag !== 'again')]
  const result = await execa(file, args, { env: { ...fake.env, ...env }, reject: false })
  assert.is(result.exitCode, 0, result.stderr)
  return new Map((readLines(out) as unknown as Sample[]).map((row) => [row.id, row]))
}

const shape = { embedding_length: 512, block_count: 6, feed_forward_length: 1408, head_count: 8, head_count_kv: 8 }

it('a 20M model answers 200 prompts with the same tokens, but for ties', async () => {
  const model = await randomModel('greedy-20m', shape, 'F16')
  const cpu = await greedy(paths.tool('llama-sample'), model, 200, [])
  const device = await greedy(join(fake.folder, 'llama-sample'), model, 200, ['again', '-ngl', '99'])
  assert.is(device.size, 200)
  let ties = 0
  for (const [id, { ids, logprobs }] of cpu) {
    const other = device.get(id) as Sample
    const first = ids.findIndex((token, i) => token !== other.ids[i])
    if (first < 0) continue
    ties++ // from here on each goes its own way
    const apart = Math.abs((logprobs[first] as number) - (other.logprobs[first] as number))
    assert.ok(apart < tie, `prompt ${id}, token ${first}: log-probabilities ${apart} apart`)
  }
  process.stdout.write(` ${ties} ties in 200 prompts `)
  assert.ok(ties <= 20, `${ties} of 200 prompts differ`)
})

it('layers are divided over two devices, of which one alone has no room', async () => {
  const model = await randomModel('two-devices', shape, 'F16') // 37 MiB of weights
  const tool = join(fake.folder, 'llama-sample')
  const one = await greedy(tool, model, 8, ['-ngl', '99'])
  const memory = { FAKE_MEMORY: '34' }
  const short = await execa(
    tool,
    [
      '-m',
      model,
      '--data',
      join(folder, 'greedy-prompts.jsonl'),
      '--out',
      join(folder, 'short.jsonl'),
      '-c',
      '32',
      '-np',
      '2',
      '-ngl',
      '99',
    ],
    { env: { ...fake.env, ...memory }, reject: false },
  )
  assert.is(short.exitCode, 1)
  assert.match(short.stderr, /cannot load the model.*the GPU may have no room for it: quantize it further, divide it over several/)
  const both = await greedy(tool, model, 8, ['again', '-ngl', '99', '--tensor-split', '1,1'], { ...memory, FAKE_DEVICES: '2' })
  for (const [id, { ids }] of one) assert.equal(both.get(id)?.ids, ids)
  const wrong = await execa(tool, ['-m', model, '--data', 'x', '--tensor-split', '1,x'], { env: fake.env, reject: false })
  assert.match(wrong.stderr, /--tensor-split is "1,x": name a part for each GPU, such as 3,1/)
})

run()
