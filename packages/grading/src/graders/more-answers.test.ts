import { readFileSync } from 'node:fs'
import { loadPlugin } from '@whetstone/core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Grader } from '../grader.ts'

/** Rows as `loops:grade` reads them, for graders that compare no numbers. */
type Case = { grader: string; gold: string; pred: string; expected: boolean; question?: string; choices?: string[] }
const cases = readFileSync(new URL('./more-answers.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case)

const test = suite('more answers')
for (const [name, rows] of Map.groupBy(cases, ({ grader }) => grader))
  test(name, async () => {
    const { grade } = ((await loadPlugin('graders', name)) as unknown as (settings: object) => Grader)({})
    for (const { gold, pred, expected, question, choices } of rows) {
      const { passed, reason } = await grade({ gold, answer: pred, question, metadata: { choices } })
      assert.is(passed, expected, `${gold} <> ${pred}: ${reason}`)
    }
  })

test.run()
