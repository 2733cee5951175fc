import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-prompts-'))
process.env['WHETSTONE_ROOT'] = scratch
const { appendRows } = await import('@whetstone/core')
const { roundFiles, writeRun } = await import('@whetstone/runs')
const { rowsOfRun } = await import('./rows-of-run.ts')

const test = suite('rowsOfRun')
test.after(() => rmSync(scratch, { recursive: true, force: true }))

const task = (id: string, split: string) => ({
  ...{ id, taskset: 'gsm8k', split, level: 1, cluster: id, prompt: `${id}?`, reference: '42', metadata: {} },
  ...{ hash: 'h', grader: { name: 'number', version: '1' } },
})
const cases: [recipe: string, told: RegExp | null][] = [
  ['gsm8k', /End with a line that holds ####/],
  ['gone', null],
]
for (const [recipe, told] of cases)
  test(`prompts of a run of recipe ${recipe}: the train tasks, ${told ? 'with' : 'without'} what their task set says of answers`, async () => {
    writeRun({ run: recipe, recipe, seed: 1, base: 'model-seed', createdAt: '', recipes: [] })
    appendRows(roundFiles(recipe, 1).tasks, [task('a', 'train'), task('b', 'validation'), task('c', 'train')])
    const rows = await Array.fromAsync(rowsOfRun(recipe, 1, 'prompt'))
    assert.equal(
      rows.map((row) => row.kind === 'prompt' && [row.prompt.at(-1)?.content, row.answer, row.index]),
      [
        ['a?', '42', 0],
        ['c?', '42', 1],
      ],
    )
    for (const row of rows) {
      if (row.kind !== 'prompt') throw new Error(row.kind)
      assert.is(row.prompt.length, told ? 2 : 1)
      if (told) assert.match(row.prompt[0]?.content ?? '', told)
    }
  })

test.run()
