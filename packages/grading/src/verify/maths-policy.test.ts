import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openMathsPool, verifyMaths } from './maths.ts'
import { verifyNumber } from './number.ts'

const test = suite('maths policy')
const pool = openMathsPool(2)
test.after(() => pool.close())

/** Every rule of the page with its examples. */
const page = readFileSync(new URL('../../POLICY.md', import.meta.url), 'utf8')
const rules = page
  .split(/^### /m)
  .slice(1)
  .map((section) => ({
    title: section.slice(0, section.indexOf('\n')),
    examples: [...section.matchAll(/^(same|not): +(.+?) <> (.+)$/gm)].map(([, verdict, gold, answer]) => ({
      gold: gold as string,
      answer: answer as string,
      same: verdict === 'same',
    })),
  }))

/** Letters and lists with a comma stand as they are in a table; all else in a box. */
const asGold = (gold: string) => (/^[A-Z]$/.test(gold) ? gold : `\\boxed{${gold}}`)

for (const { title, examples } of rules)
  test(title, async () => {
    assert.ok(examples.length >= 2, 'a rule needs examples')
    for (const { gold, answer, same } of examples) {
      const verdict = title.startsWith('N: ') ? verifyNumber({ gold, answer }) : await verifyMaths({ gold: asGold(gold), answer, pool })
      assert.is(verdict.correct, same, `${gold} <> ${answer}: read ${verdict.extracted}, ${verdict.reason}`)
    }
  })

test.run()
