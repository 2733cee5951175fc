import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openMathsPool, verifyMaths } from './maths.ts'
import { verifyNumber } from './number.ts'

/** Rows as `loops:grade` reads them: many spellings of each kind of trouble, in many scripts. */
type Case = { grader: 'maths' | 'number'; kind: string; gold: string; pred: string; expected: boolean }
const cases = readFileSync(new URL('./more-cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case)

const test = suite('more cases')
const pool = openMathsPool(2)
test.after(() => pool.close())

for (const [name, rows] of Map.groupBy(cases, ({ grader, kind }) => `${grader}: ${kind}`))
  test(name, async () => {
    for (const { grader, gold, pred, expected } of rows) {
      const { correct, extracted, reason } =
        grader === 'number' ? verifyNumber({ gold, answer: pred }) : await verifyMaths({ gold, answer: pred, pool })
      assert.is(correct, expected, `${gold} <> ${pred}: read ${extracted}, ${reason}`)
    }
  })

test.run()
