import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import { describeRecipe } from '@whetstone/recipe/describe-recipe.ts'
import { loadRecipe } from '@whetstone/recipe/load-recipe.ts'
import star from '@whetstone/solvers/solvers/star.ts'
import { namedArms, usualArms } from './named-arms.ts'
import { readArms, readSeeds } from './read-arms.ts'

const test = suite('arms of an ablation')
const tiny = await loadRecipe('tiny')

test('arms are named ones, or what they set', async () => {
  const arms = await readArms(tiny, ['as-is', 'memory-only', 'short:trainer.epochs=4,settings.memories=strip'], {
    'low-rate': ['trainer.learningRate=1e-4'],
  })
  assert.equal(arms.map(({ name }) => name), ['as-is', 'memory-only', 'short', 'low-rate']) // prettier-ignore
  const [asIs, memoryOnly, short, low] = arms.map(({ recipe }) => describeRecipe(recipe) as Record<string, any>)
  assert.equal(asIs, describeRecipe(tiny))
  assert.is(memoryOnly?.['trainer'], null)
  assert.equal([short?.['trainer'].settings.epochs, short?.['settings'].memories], [4, 'strip'])
  assert.is(low?.['trainer'].settings.learningRate, 1e-4)
})

test('without a name the usual six', async () => {
  assert.equal(
    (await readArms(tiny, [])).map(({ name }) => name),
    [...usualArms],
  )
  assert.is(usualArms.length, 6)
  assert.equal(
    (await readArms(tiny, [], { 'as-is': [], short: ['trainer.epochs=4'] })).map(({ name }) => name),
    ['as-is', 'short'],
  )
})

test('every named arm changes tiny, each into another recipe', async () => {
  const taught = ['shuffled-lines', 'shuffled-critiques', 'gibberish-critiques', 'random-hints']
  const named = Object.keys(namedArms).filter((name) => !taught.includes(name))
  const arms = await readArms(tiny, named)
  assert.is(arms.length, named.length)
  const harvest = (name: string) => arms.find((arm) => arm.name === name)?.recipe.harvest.map((filter) => filter.name) ?? []
  assert.not(harvest('no-filter').includes('passed'))
  assert.is(harvest('replace').length, tiny.harvest.length - 1)
})

test('tokens of training go into answers that vote', async () => {
  const [, arm] = await readArms(tiny, ['as-is', 'best-of-n'])
  // 640 x 4 + 3 x 400 + 1,500 train attempts, 640 + 4 x 400 validation tasks
  assert.is(arm?.recipe.solver.name, 'best-of-3 by vote of direct')
  assert.equal([arm?.recipe.trainer, arm?.recipe.memory, arm?.recipe.settings.evalSamples], [null, null, 2])
})

test('lines are shuffled where a trainer distills', async () => {
  const arms = await readArms(await loadRecipe('consolidate'), ['as-is', 'shuffled-lines', 'text-only:trainer.method=sft'])
  assert.equal(
    arms.map(({ recipe }) => recipe.trainer?.name),
    ['llama-train distill', 'llama-train distill, lines shuffled', 'llama-train sft'],
  )
  try {
    await readArms(tiny, ['as-is', 'shuffled-lines'])
    assert.unreachable()
  } catch (error) {
    assert.ok(error instanceof BadInput && /does not distill/.test(error.message), String(error))
  }
})

test('placebos take the place of teachers and hints, where there are any', async () => {
  const r3 = await loadRecipe('r3')
  const arms = await readArms(r3, ['as-is', 'shuffled-critiques', 'gibberish-critiques'])
  assert.equal(
    arms.map(({ recipe }) => [recipe.teachers.basic, recipe.teachers.advanced].map((role) => (role && 'open' in role ? role.name : role))),
    [
      ['chains-teacher-0.8', 'chains-teacher'],
      ['shuffled chains-teacher-0.8', 'shuffled chains-teacher'],
      ['gibberish chains-teacher-0.8', 'gibberish chains-teacher'],
    ],
  )
  const hinted = { ...tiny, solver: star() }
  assert.equal(
    (await readArms(hinted, ['as-is', 'random-hints'])).map(({ recipe }) => recipe.solver.name),
    ['star', 'star, random hints'],
  )
  await assertRefuses(() => readArms(tiny, ['as-is', 'shuffled-critiques']), /recipe tiny has no teachers to replace/)
  await assertRefuses(() => readArms(tiny, ['as-is', 'random-hints']), /recipe tiny gives no hints: its solver is direct/)
})
async function assertRefuses(work: () => Promise<unknown>, says: RegExp): Promise<void> {
  const error = await work().catch((thrown: unknown) => thrown)
  assert.instance(error, BadInput)
  assert.match((error as Error).message, says)
}

const refused: [what: string, words: string[], says: RegExp][] = [
  ['an unknown arm', ['as-is', 'no-filtr'], /^No arm "no-filtr": did you mean "no-filter"\?/],
  ['equal arms', ['as-is', 'same:trainer.epochs=8'], /^Arms as-is and same are the same recipe/],
  ['one name twice', ['as-is', 'as-is'], /^Arm as-is is named twice/],
  ['one arm', ['as-is'], /at least two arms, 1 given/],
  ['a setting that is not there', ['as-is', 'x:trainer.epoch=3'], /^arm x: trainer has no "epoch"/],
  ['a setting without a value', ['as-is', 'x:trainer.epochs'], /^Arm x: trainer.epochs: give PATH=VALUE/],
  ['a name that is a path', ['as-is', '../x:trainer.epochs=3'], /cannot name an arm/],
]
for (const [what, words, says] of refused)
  test(`refuses ${what}`, async () => {
    const error = await readArms(tiny, words).catch((thrown: Error) => thrown)
    assert.instance(error, BadInput)
    assert.match((error as Error).message, says)
  })

test('seeds are ranges and lists; repeated ones are refused', () => {
  assert.equal([readSeeds('1-3'), readSeeds('4'), readSeeds('1, 5-6,9')], [[1, 2, 3], [4], [1, 5, 6, 9]])
  for (const text of ['1,2,1', '1-3,2', '3-1', 'a', '1;2', '']) assert.throws(() => readSeeds(text), (error: Error) => error instanceof BadInput, text) // prettier-ignore
  assert.throws(() => readSeeds('1-3,2'), /seed 2 is there twice/)
})

test.run()
