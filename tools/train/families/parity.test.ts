// Every family's log-probabilities against libllama's in F32; each feature left out must show. `TABLE=FILE` writes the figures as a Markdown table (docs/families.md).
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { check, folder, mustRun, randomModel, randomNumbers, rowsFile, tool, toolSuite, train } from '../test-model.ts'
import { families, specOf } from './family-table.ts'

const { it, run } = toolSuite('parity of families', ['llama-train', 'llama-init', 'llama-sample', 'llama-export-lora'])

const random = randomNumbers(17)
const letters = [...'0123456789+=abcdefgh']
const text = (n: number) => Array.from({ length: n }, () => letters[Math.floor(random() * letters.length)]).join('')
const rows = () =>
  rowsFile(
    'parity.jsonl',
    [20, 50, 90].map((n) => ({ prompt: text(n / 2), completion: text(n / 2) })),
  )

type Result = { tokens: number; largest_logit: number; mean_logp_difference: number; largest_logp_difference: number }
const table: string[] = []
for (const row of families) {
  it(row.name, async () => {
    const [meanBound, maxBound] = row.bounds ?? [1e-5, 1e-3]
    const model = await randomModel('family', specOf(row))
    const data = rows()
    const serving = row.serving ? ['--serving-context', row.serving] : []
    const logits = async (args: (string | number)[]) =>
      (await check<Result>('check-logits', 'sft', model, data, [...serving, ...args]))[0] as Result
    const result = await logits([])
    assert.ok(result.tokens > 80 && result.largest_logit > 3, JSON.stringify(result))
    assert.ok(result.mean_logp_difference <= meanBound && result.largest_logp_difference <= maxBound, JSON.stringify(result))
    const shown: string[] = []
    for (const feature of row.features) {
      const without = await logits(['--without', feature])
      assert.ok(
        without.mean_logp_difference > 10 * meanBound && without.largest_logp_difference > 10 * maxBound,
        `${feature} left out: ${JSON.stringify(without)}`,
      )
      shown.push(`${feature} ${without.largest_logp_difference.toPrecision(2)}`)
    }
    const [mean, most] = [result.mean_logp_difference, result.largest_logp_difference].map((each) => each.toExponential(1))
    table.push(`| ${row.name} | ${result.tokens} | ${mean} | ${most} | ${shown.join(', ')} |`)
  })
}

for (const row of families.filter(({ name }) => name.includes('moe')))
  it(`${row.name}: an adapter on its experts, as it is and merged`, async () => {
    const model = await randomModel('family', specOf(row))
    const [data, adapter, merged] = [rows(), join(folder, 'experts.gguf'), join(folder, 'experts-merged.gguf')]
    const targets = ['--lora-rank', 2, '--lora-targets', 'ffn_gate_exps,ffn_up_exps,ffn_down_exps']
    const steps = await train('sft', model, data, adapter, [...targets, '--steps', 8, '--lr', 0.05, '--schedule', 'constant'])
    const losses = steps.filter(({ loss }) => loss !== undefined).map(({ loss }) => loss as number)
    assert.ok((losses.at(-1) as number) < (losses[0] as number) - 0.1, JSON.stringify(losses))
    await mustRun('llama-export-lora', ['-m', model, '--lora', adapter, '-o', merged, '-t', 1])
    for (const [file, args] of [
      [model, ['--lora-init', adapter]],
      [merged, []],
    ] as const) {
      const [result] = await check<Result>('check-logits', 'sft', file, data, [...args])
      assert.ok(result && result.mean_logp_difference <= 1e-5 && result.largest_logp_difference <= 1e-3, JSON.stringify(result))
    }
  })

it('an adapter of other experts, and an LFM2 without convolutions, are refused before libllama reads them', async () => {
  const sizes = { expert_used_count: 2, expert_feed_forward_length: 32 }
  const mixture = (n: number) => randomModel(`of-${n}`, { architecture: 'qwen3moe', keys: { ...sizes, expert_count: n } })
  const [four, eight, data] = [await mixture(4), await mixture(8), rowsFile('one.jsonl', [{ prompt: '1', completion: '2' }])]
  const adapter = join(folder, 'of-4-adapter.gguf')
  await train('sft', four, data, adapter, ['--lora-rank', 2, '--lora-targets', 'ffn_up_exps', '--steps', 1])
  const sampled = await tool('llama-sample', ['-m', eight, '--lora', adapter, '--data', data, '--out', join(folder, 'no.jsonl')])
  assert.is(sampled.exitCode, 1)
  assert.match(sampled.stderr, /of 4 experts, not 8/)
  const whole = await randomModel('lfm2', { architecture: 'lfm2', keys: { 'attention.head_count_kv': [0, 2], 'shortconv.l_cache': 3 } })
  const [name, bytes] = [Buffer.from('lfm2.attention.head_count_kv'), readFileSync(whole)]
  bytes.writeInt32LE(2, bytes.indexOf(name) + name.length + 16) // behind its type, its items' type and their number
  writeFileSync(whole, bytes)
  for (const [program, args] of [
    ['llama-sample', []],
    ['llama-train', ['sft', '--lora-rank', 2]],
  ] as const) {
    const refused = await tool(program, [...args.slice(0, 1), '-m', whole, '--data', data, '--out', join(folder, 'no'), ...args.slice(1)])
    assert.is(refused.exitCode, 1, refused.stderr)
    assert.match(refused.stderr, /lfm2\.attention\.head_count_kv/)
  }
})

it('a feature that is not there, or not known, is refused', async () => {
  const model = await randomModel('family', { architecture: 'qwen3' })
  const data = rowsFile('short.jsonl', [{ prompt: '1', completion: '2' }])
  const args = (feature: string) => ['check-logits', 'sft', '-m', model, '--data', data, '--out', 'none', '--without', feature]
  assert.match((await tool('llama-train', args('window'))).stderr, /has no feature "window" to leave out/)
  assert.match((await tool('llama-train', args('windows'))).stderr, /no feature "windows"\. Features: window, /)
})
const file = process.env['TABLE']
if (file !== undefined)
  process.on('exit', () =>
    writeFileSync(
      file,
      ['| model | tokens | mean | largest | largest with a feature left out |', '| --- | --- | --- | --- | --- |', ...table, ''].join('\n'),
    ),
  )
run()
