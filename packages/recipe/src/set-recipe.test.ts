import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeUse, listSettings } from '@whetstone/core'
import { describeRecipe } from './describe-recipe.ts'
import revise from '@whetstone/solvers/solvers/revise.ts'
import { checkRoles, defineRecipe, loadRecipe, recipeNames } from './load-recipe.ts'
import { Recipe } from './recipe.ts'
import { setRecipe } from './set-recipe.ts'

const test = suite('setRecipe')
const tiny = await loadRecipe('tiny')
const set = (...pairs: string[]) =>
  setRecipe(
    tiny,
    pairs.map((pair) => {
      const [path = '', text = ''] = pair.split('=')
      return { path, text, flag: `--set ${path}` }
    }),
  )
const said = async (work: () => unknown) => {
  try {
    await work()
    return 'nothing'
  } catch (error) {
    assert.is((error as Error).name, 'BadInput', (error as Error).stack)
    return (error as Error).message
  }
}
const solver = ({ solver: made }: Recipe) => describeUse(made)

test('a plug-in by name, its settings, and those of one inside it', async () => {
  assert.equal(solver(await set('solver=best-of-n', 'solver.n=8')), { plugin: 'best-of-n', settings: { n: 8, prompts: 'prose-1' } })
  const nested = await set('solver=best-of-n', 'solver.of=revise', 'solver.of.rounds=2')
  assert.is(nested.solver.name, 'best-of-4 of revise-2')
  assert.equal((describeRecipe(await set('trainer.loraRank=16', 'trainer.weights=lora'))['trainer'] as { settings: object }).settings, {
    ...(describeRecipe(tiny)['trainer'] as { settings: object }).settings,
    loraRank: 16,
    weights: 'lora',
  })
})

test('numbers, choices, lists, members of lists by name, roles', async () => {
  const recipe = await set(
    'memory.k=3',
    'sampling.reasoning=off',
    'sampling.stop=["\\n"]',
    'harvest.cap-per-level.limit=7',
    'courses.addition.train=9',
    'formats=messages',
    'trainer=null',
    'roles.reflector.sampling.temperature=0',
    'memory.embedder.dimensions=64',
  )
  assert.equal([recipe.memory?.k, recipe.sampling.reasoning, recipe.sampling.stop], [3, 'off', ['\n']])
  assert.equal(
    recipe.harvest.map(({ name }) => name),
    ['passed', 'distinct', 'cap-per-level 7', 'replay 0.5'],
  )
  assert.equal(
    recipe.courses.map(({ train }) => train),
    [640, 9],
  )
  assert.equal([recipe.formats.map(({ name }) => name), recipe.trainer], [['messages'], null])
  assert.equal(recipe.roles, { reflector: { sampling: { temperature: 0 } } })
  assert.is((await recipe.memory?.embedder.open())?.dimensions, 64)
  assert.is(tiny.memory?.k, 1, 'the recipe itself is as it was')
})

for (const [pair, wanted] of [
  ['solver=best-of-m', /No solver "best-of-m": did you mean "best-of-n"\?/],
  ['solver.n=8', /--set solver\.n: solver has no "n": settings of direct: none/],
  ['trainer.lorarank=8', /trainer has no "lorarank": did you mean "loraRank"\?/],
  ['trainer.loraRank=0', /--set trainer\.loraRank: must be above 0, got 0/],
  ['memory.holdout=2', /--set memory\.holdout: must be at most 1, got 2/],
  ['settings.sed=2', /settings has no "sed": did you mean "seed"\?/],
  ['sampling.reasoning=of', /sampling\.reasoning: cannot be "of": did you mean "off"\?/],
  ['courses.adition.train=1', /courses has no "adition": did you mean "addition"\? members: operators, addition/],
  ['publish=Q8', /cannot be "Q8": did you mean "Q8_0"\?/],
] as const)
  test(`${pair} is refused with the nearest right word`, async () => assert.match(await said(() => set(pair)), wanted))

for (const [what, change, wanted] of [
  ['a misspelt key', { memory: { ...tiny.memory, kk: 3 } }, /recipe odd: memory has no key "kk": did you mean "k"\?/],
  ['a value out of range', { memory: { ...tiny.memory, holdout: 2 } }, /recipe odd: memory\.holdout must be at most 1, got 2/],
  ['a part that no plug-in made', { solver: {} }, /recipe odd: solver is not right \(must be made by a plug-in of solvers\)/],
] as const)
  test(`${what} in a recipe is one line`, async () =>
    assert.match(await said(() => defineRecipe({ ...tiny, ...change, name: 'odd' } as never)), wanted))

test('a solver without its teacher is told how to name one', async () => {
  const lacking = await set('solver=reflect-rewrite', 'solver.teacher=advanced')
  assert.match(
    await said(() => checkRoles(lacking)),
    /asks "advanced", and teachers name no such model: .*--set teachers\.advanced\.model=FILE\.gguf/,
  )
  checkRoles(await setRecipe(lacking, [{ path: 'teachers.advanced.model', text: 'models/big.gguf', flag: '--set' }]))
})

test('a search that goes by a check of steps wants task sets that have one', async () => {
  const stepwise = await set('solver=beam')
  assert.match(
    await said(() => checkRoles(stepwise)),
    /solver beam-1x4 by steps goes by a check of steps, and task set operators checks none: .*--set solver\.value=vote/,
  )
  checkRoles(await set('solver=beam', 'solver.value=vote'))
  assert.match(
    await said(() => checkRoles({ ...stepwise, solver: revise({ critic: 'self', of: stepwise.solver as never }) })),
    /goes by a check of steps/,
  )
})

test('a task set that a model judges wants the role', async () => {
  const [course] = tiny.courses
  const judged = { ...tiny, courses: [{ ...course, taskset: { ...course?.taskset, needsJudge: true } }] } as Recipe
  assert.throws(
    () => checkRoles(judged),
    (error: Error) =>
      /task set operators is graded by a judge, and roles name no such model.*--set roles\.judge\.model=FILE\.gguf/.test(error.message),
  )
  checkRoles(await setRecipe(judged, [{ path: 'roles.judge.model', text: 'models/big.gguf', flag: '--set' }]))
})

test('every setting that is listed can be set to what it is', async () => {
  const listed = listSettings(tiny, Recipe)
  const paths = listed.map(({ path }) => path)
  for (const path of [
    'solver',
    'trainer.loraRank',
    'gate.alpha',
    'harvest.cap-per-level.limit',
    'courses.addition.levels.from',
    'memory.k',
    'sampling.topP',
  ])
    assert.ok(paths.includes(path), `${path} is not among ${paths.join(' ')}`)
  for (const { path, now, takes } of listed)
    if (now !== '-' && !now.endsWith('…') && !/function|JSON/.test(takes) && !/taskset$|^(courses|harvest|memory\.reflector)$/.test(path))
      await set(`${path}=${now}`)
})

test('every recipe is whole, and its description is plain data', async () => {
  for (const name of recipeNames()) {
    const described = describeRecipe(await loadRecipe(name))
    assert.equal(JSON.parse(JSON.stringify(described)).name, name)
    assert.ok(!JSON.stringify(described).includes('concurrency'))
  }
})

test.run()
