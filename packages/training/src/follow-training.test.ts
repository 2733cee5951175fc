import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { followTraining } from './follow-training.ts'

const test = suite('follow training')
const row = (step: number, loss: number) => `${JSON.stringify({ step, steps: 4, loss, tokens_per_second: 100 })}\n`

test('steps and loss of this sitting are shown, whatever else stands in the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-follow-'))
  const file = join(folder, 'metrics.jsonl')
  writeFileSync(file, row(1, 9) + row(2, 8))
  const write = process.stderr.write.bind(process.stderr)
  const quiet = process.env['WHETSTONE_PROGRESS']
  delete process.env['WHETSTONE_PROGRESS']
  const said: string[] = []
  Object.defineProperty(process.stderr, 'isTTY', { value: true, configurable: true })
  Object.defineProperty(process.stderr, 'columns', { value: 120, configurable: true })
  process.stderr.write = ((text: string) => (said.push(text), true)) as typeof process.stderr.write
  try {
    const follow = followTraining(file)
    appendFileSync(file, `${row(3, 0.5)}no row\n${row(4, 0.25)}{"done":true,`)
    follow.done()
  } finally {
    process.stderr.write = write
    Object.defineProperty(process.stderr, 'isTTY', { value: undefined, configurable: true })
    Object.defineProperty(process.stderr, 'columns', { value: undefined, configurable: true })
    if (quiet !== undefined) process.env['WHETSTONE_PROGRESS'] = quiet
    rmSync(folder, { recursive: true })
  }
  const last = said.at(-1) ?? ''
  assert.match(last, /training .* 2\/2 steps .*loss 0\.2500, 100 tok\/s/)
  assert.not.match(said.join(''), /loss 9/)
})

test.run()
