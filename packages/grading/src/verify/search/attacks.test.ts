import { availableParallelism } from 'node:os'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openMathsPool, verifyMaths } from '../maths.ts'
import { numberGoldProblem, verifyNumber } from '../number.ts'
import { attacks, outputs } from './attacks.ts'
import { mightBeAlike } from './likeness.ts'
import { sampleGolds } from './sample-golds.ts'

/** Golds attacked, 2,000 for a thorough look: `WHETSTONE_GOLDS=2000 npm test -- search/attacks`. */
const count = Number(process.env['WHETSTONE_GOLDS'] ?? 120)
/** Which golds: `WHETSTONE_SEED=8` draws others, `WHETSTONE_OWN_GOLDS=1` generated ones though the data is there. */
const seed = Number(process.env['WHETSTONE_SEED'] ?? 7)
const own = process.env['WHETSTONE_OWN_GOLDS'] === '1'
/** Golds that one answer may pass though it should not, of 2,000. */
const allowed = (2 * count) / 2000
const test = suite('adversarial search')
const pool = openMathsPool(Math.min(4, availableParallelism()))
test.after(() => pool.close())
/** Some attacks do equal these: `\\boxed{e^{1000}-e^{1000}}` is 0. */
const trivial = new Set(['0', '1', '-1', '12'])
const golds = sampleGolds(count, seed, own).filter((gold) => !trivial.has(gold.trim()))
/** Those that a task of the number grader may have. */
const numbers = golds.filter((gold) => numberGoldProblem(gold) === null)

/** The answers that pass more golds than they may, with the golds. */
async function openDoors(
  answers: readonly string[],
  golds: readonly string[],
  verify: (gold: string, answer: string) => Promise<boolean> | boolean,
): Promise<string[]> {
  const doors: string[] = []
  const queue = answers.values()
  const lane = async () => {
    for (const answer of queue) {
      const passed: string[] = []
      for (const gold of golds) if (!mightBeAlike(gold, answer) && (await verify(gold, answer))) passed.push(gold)
      if (passed.length > allowed) doors.push(`${answer} passes ${passed.length} of ${golds.length}: ${passed.slice(0, 5).join(' | ')}`)
    }
  }
  await Promise.all([lane(), lane(), lane(), lane()])
  return doors
}
const maths = async (gold: string, answer: string) => (await verifyMaths({ gold: `\\boxed{${gold}}`, answer, pool })).correct

test('constants, degenerate ratios, infinities, empty sets, identities and odd shapes open no door of maths', async () => {
  assert.equal(await openDoors(attacks, golds, maths), [])
})
test('outputs that try the search for an answer open none', async () => assert.equal(await openDoors(outputs, golds, maths), []))
test('no gold of the set passes for another', async () => {
  const answers = [...new Set(golds)].slice(0, 60 + count / 10).map((gold) => `\\boxed{${gold}}`)
  assert.equal(await openDoors(answers, golds, maths), [])
})
test('nor is there a door of number', async () => {
  const number = (gold: string, answer: string) => verifyNumber({ gold, answer }).correct
  assert.equal(await openDoors([...attacks, ...outputs, ...golds.map((gold) => `\\boxed{${gold}}`)], numbers, number), [])
})
test('likeness tells what it is for', () => {
  for (const [a, b] of [
    ['\\frac12', '0.5'],
    ['x+1', '1+x'],
    ['5\\text{ cm}', '5'],
    ['\\frac{\\sqrt{3}}{3}', '\\frac{1}{\\sqrt{3}}'],
    ['2:3', '\\frac23'],
    ['x=5', '5'],
    ['12\\text{ gm}', '\\boxed{1\\text{ dozen}}'],
    ['\\frac{3}{4}', '\\boxed{\\frac 34}'],
    ['\\frac25', '0,4'],
    ['10\\%', '\\boxed{\\frac1{10}}'],
    ['\\beta=5', '5'],
    ['\\beta=5', '\\boxed{\\beta=5}'],
  ] as const)
    assert.ok(mightBeAlike(a, b), `${a} ${b}`)
  for (const [a, b] of [
    ['\\frac12', '2'],
    ['x+1', 'x+2'],
    ['0:0', '12'],
    ['\\infty', '5'],
    ['(1,2)', '(1,3)'],
    ['-3', '\\boxed{(-\\infty,-3)}'],
    ['\\beta=5', 'k=5'],
    ['\\beta=4', '4:1'],
  ] as const)
    assert.not(mightBeAlike(a, b), `${a} ${b}`)
})

test.run()
