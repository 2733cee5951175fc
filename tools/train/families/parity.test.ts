// Every family's log-probabilities against libllama's in F32; each feature left out must show.
import * as assert from 'uvu/assert'
import { check, randomModel, randomNumbers, rowsFile, tool, toolSuite } from '../test-model.ts'
import { families, specOf } from './family-table.ts'

const { it, run } = toolSuite('parity of families')

const random = randomNumbers(17)
const letters = [...'0123456789+=abcdefgh']
const text = (n: number) => Array.from({ length: n }, () => letters[Math.floor(random() * letters.length)]).join('')
const rows = () =>
  rowsFile(
    'parity.jsonl',
    [20, 50, 90].map((n) => ({ prompt: text(n / 2), completion: text(n / 2) })),
  )

type Result = { tokens: number; largest_logit: number; mean_logp_difference: number; largest_logp_difference: number }
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
    for (const feature of row.features) {
      const without = await logits(['--without', feature])
      assert.ok(
        without.mean_logp_difference > 10 * meanBound && without.largest_logp_difference > 10 * maxBound,
        `${feature} left out: ${JSON.stringify(without)}`,
      )
    }
  })
}

it('a feature that is not there, or not known, is refused', async () => {
  const model = await randomModel('family', { architecture: 'qwen3' })
  const data = rowsFile('short.jsonl', [{ prompt: '1', completion: '2' }])
  const args = (feature: string) => ['check-logits', 'sft', '-m', model, '--data', data, '--out', 'none', '--without', feature]
  assert.match((await tool('llama-train', args('window'))).stderr, /has no feature "window" to leave out/)
  assert.match((await tool('llama-train', args('windows'))).stderr, /no feature "windows"\. Features: window, /)
})
run()
