import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '@whetstone/core'
import { ownCharacters } from '@whetstone/inference'
import { checkReadable } from './check-readable.ts'

const test = suite('check readable')
const model = { name: 'tiny', path: join(root, 'models/tiny/whetstone-tiny-f32.gguf') }
const given = (prompts: readonly string[], unreadable: 'refuse' | 'attempt' = 'refuse') => {
  const taskset = { load: async () => prompts.map((prompt) => ({ prompt })) }
  return { courses: [{ taskset }], settings: { unreadable } } as unknown as Parameters<typeof checkReadable>[0]
}
const when = { seed: 1, round: 1 }

test('what a model of single characters was taught is known; real vocabularies spell anything', () => {
  assert.is([...(ownCharacters(model.path) ?? [])].sort().join(''), '+0123456789;=abcdefghijklmnopqrstuvwxyz')
})

test('a round of which nothing can be read is refused in a sentence; one of which a part cannot is warned of', async () => {
  assert.is(await checkReadable(given(['1+2=']), model, when), null)
  assert.match(
    (await checkReadable(given(['1+2=', 'What?']), model, when)) ?? '',
    /no token of its own for "\?" "W" in 50\.0% of the prompts/,
  )
  assert.match((await checkReadable(given(['What?'], 'attempt'), model, when)) ?? '', /100\.0%/)
  assert.is(await checkReadable(given(['What?']), { name: 'there', path: null }, when), null)
  try {
    await checkReadable(given(['Was ist 1?', '東京']), model, when)
    assert.unreachable()
  } catch (error) {
    assert.match(
      (error as Error).message,
      /nothing could be answered, so the round was not begun\. Name a model .*--set settings\.unreadable=attempt/,
    )
  }
})

test.run()
