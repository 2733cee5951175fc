import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import { loadPlugin, pluginNames } from './load-plugin.ts'
import { nearest } from './nearest.ts'
import { parseSettings } from './parse-settings.ts'
import { describeUse, nested, plugin, remake, useOf } from './plugin.ts'

const test = suite('plugin')

const cap = plugin({
  name: 'cap',
  about: 'at most so many',
  settings: z.strictObject({ limit: z.number().int().positive().default(4), share: z.number().min(0).max(1).optional() }),
  make: ({ limit }) => ({ name: `cap ${limit}`, limit }),
})
const twice = plugin({
  name: 'twice',
  about: 'another one twice',
  settings: z.strictObject({ of: nested<{ limit: number }>('filters') }),
  make: ({ of }) => ({ of }),
})

test('a thing remembers what made it, through being spread, and is made again with other settings', () => {
  const made = { ...cap({ share: 0.5 }), more: 1 }
  assert.is(cap.name, 'cap')
  assert.equal(describeUse(made), { plugin: 'cap', settings: { limit: 4, share: 0.5 } })
  assert.equal(describeUse(remake(made, { limit: 9 })), { plugin: 'cap', settings: { limit: 9, share: 0.5 } })
  assert.equal(describeUse(twice({ of: cap() })), { plugin: 'twice', settings: { of: { plugin: 'cap', settings: { limit: 4 } } } })
  assert.is(useOf({}), undefined)
})

const choice = z.strictObject({
  holdout: z.number().min(0).max(1).default(0),
  order: z.enum(['highest', 'lowest', 'random']).optional(),
  reasoning: z.union([z.enum(['off', 'on']), z.strictObject({ budget: z.number().int().positive() })]).optional(),
  memory: z.strictObject({ k: z.number().int().positive(), threshold: z.number().optional() }).nullable().optional(),
  list: z.array(z.strictObject({ name: z.string() })).optional(),
})
for (const [input, wanted] of [
  [{ holdout: 2 }, 'r.ts: holdout must be at most 1, got 2'],
  [{ holdot: 0.2 }, 'r.ts: no key "holdot": did you mean "holdout"? keys: holdout, order, reasoning, memory, list'],
  [{ memory: { kk: 3, k: 1 } }, 'r.ts: memory has no key "kk": did you mean "k"? keys: k, threshold'],
  [{ memory: { k: 1.5 } }, 'r.ts: memory.k must be a whole number, got 1.5'],
  [{ memory: {} }, 'r.ts: memory.k is missing: expected number, received undefined'],
  [{ order: 'hihgest' }, 'r.ts: order cannot be "hihgest": did you mean "highest"? it is one of: highest, lowest, random'],
  [{ reasoning: { budgt: 5 } }, 'r.ts: reasoning has no key "budgt": did you mean "budget"? keys: budget'],
  [{ reasoning: { budget: 0 } }, 'r.ts: reasoning.budget must be above 0, got 0'],
  [{ list: [{ name: 'a' }, { name: 3 }] }, 'r.ts: list.1.name must be a string, got 3'],
  [[], 'r.ts: must be a object, got []'],
] as const)
  test(JSON.stringify(input), () => {
    let said = ''
    try {
      parseSettings(choice, input, 'r.ts')
    } catch (error) {
      said = (error as Error).message
      assert.is((error as Error).name, 'BadInput')
    }
    assert.is(said, wanted.replace('a object', 'an object'))
  })

test('a nested thing that no plug-in made is refused', () => {
  assert.throws(() => twice({ of: {} as never }), /twice: of is not right \(must be made by a plug-in of filters\)/)
})

for (const [word, known, wanted] of [
  ['best-of-m', ['best-of-n', 'direct'], 'best-of-n'],
  ['bestOfN', ['best-of-n', 'direct'], 'best-of-n'],
  ['dirct', ['best-of-n', 'direct'], 'direct'],
  ['idrect', ['best-of-n', 'direct'], 'direct'],
  ['reflect', ['reflect-rewrite', 'revise'], 'reflect-rewrite'],
  ['summary', ['best-of-n', 'direct'], null],
  ['x', [], null],
] as const)
  test(`nearest to ${word}`, () => assert.is(nearest(word, known), wanted))

test('an unknown name says which there are, and which is near', async () => {
  let said = ''
  await loadPlugin('filters', 'pased').catch((error: Error) => (said = error.message))
  assert.match(said, /^No filter "pased": did you mean "passed"\? filters: by-likelihood, .* \(packages\/harvest\/src\/filters\)$/)
})

for (const kind of [
  'backends',
  'charts',
  'embedders',
  'filters',
  'gates',
  'formats',
  'reflectors',
  'solvers',
  'tasksets',
  'trainers',
] as const)
  test(`every file of ${kind} is a plug-in of its name that says what it is and what its settings are`, async () => {
    assert.ok(pluginNames(kind).length > 1)
    for (const name of pluginNames(kind)) {
      const { about, settings } = await loadPlugin(kind, name)
      assert.ok(about.length > 10, name)
      assert.is(settings.def.catchall?._zod.def.type, 'never', `${name}: settings must be a z.strictObject`)
    }
  })

test.run()
