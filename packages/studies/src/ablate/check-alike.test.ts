import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, hash } from '@whetstone/core'
import { describeRecipe } from '@whetstone/recipe/describe-recipe.ts'
import { loadRecipe } from '@whetstone/recipe/load-recipe.ts'
import { checkAlike, versionsOf } from './check-alike.ts'
import type { AblationResult } from './ablation-result.ts'

const test = suite('runs of one table')
const recipe = await loadRecipe('tiny')
const versions = versionsOf(recipe)
const asked = { name: 'table', base: { id: 'model-1' }, rounds: 2, tasks: 100 }
const arm = { name: 'as-is', about: '', recipe }
const result: AblationResult = {
  ...{ arm: 'as-is', seed: 3, recipe: hash(describeRecipe(recipe)), versions, model: 'model-1', tasks: 100, top: null },
  ...{ deployed: true, promoted: [true, false], tokens: 1, cells: [] },
}

test('every package that decides something has a version', () => {
  assert.ok(Object.values(versions).every((each) => /^[0-9a-f]{16,}$/.test(each)))
  for (const room of ['gates', 'loop', 'recipe', 'attempts', 'training']) assert.not.equal(versions[`packages/${room}`], hash([]), room)
})

const unlike: [what: string, change: Partial<AblationResult>, says: RegExp][] = [
  ['nothing', {}, /^$/],
  [
    'a gate',
    { versions: { ...versions, 'packages/gates': 'x', tools: 'y' } },
    /was run by other code \(packages\/gates, tools\): unlike runs/,
  ],
  ['an arm', { recipe: 'other' }, /with other settings of the arm/],
  ['a model', { model: 'model-2' }, /from model model-2, now model-1/],
  ['rounds', { promoted: [true] }, /for 1 rounds, now 2/],
  ['tasks', { tasks: 50, top: 7 }, /with 50 test tasks a level, now 100 and up to level 7, now of the recipe/],
]
for (const [what, change, says] of unlike)
  test(`says what differs: ${what}`, () => {
    let said = ''
    try {
      checkAlike({ ...result, ...change }, asked, { arm, versions })
    } catch (error) {
      assert.instance(error, BadInput)
      said = (error as Error).message
    }
    assert.match(said, says)
  })

test.run()
