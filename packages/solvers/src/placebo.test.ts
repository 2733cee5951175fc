import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Solution } from '@whetstone/core'
import { attempt, fakeModel, solve } from './contract.ts'
import { placebo } from './placebo.ts'
import revise from './solvers/revise.ts'

const test = suite('placebo')

async function critiques(kind: 'gibberish' | 'shuffled' | null): Promise<string[]> {
  const critic = fakeModel(({ messages }) => `Wrong: ${/What is (\d+)/.exec(messages.at(-1)?.content ?? '')?.[1]} was misread.`)
  const teacher = { name: 'critic', open: async () => critic.model }
  const solver = revise({ critic: kind ? placebo(kind, teacher) : teacher })
  const attempts = Array.from({ length: 8 }, (_, i) => attempt(i + 10))
  const solutions = (await solve(solver, attempts, fakeModel(() => '7').model)) as Solution[]
  assert.ok(solutions.every(({ taught }) => (taught?.completion ?? 0) > 0))
  return solutions.map(({ messages }) => messages.findLast(({ role }) => role === 'user')?.content ?? '')
}

test('words of the same length without their sense, or about something else', async () => {
  const [real, gibberish, shuffled] = [await critiques(null), await critiques('gibberish'), await critiques('shuffled')]
  real.forEach((text, i) => {
    const own = new RegExp(`Wrong: ${i + 10} was`)
    assert.match(text, own)
    assert.is(gibberish[i]?.length, text.length)
    assert.not.match(gibberish[i] as string, own)
    assert.not.match(shuffled[i] as string, own)
  })
  assert.equal([...shuffled].sort(), [...real].sort(), 'all that was said is said, to others')
  assert.equal(await critiques('gibberish'), gibberish)
})

test.run()
