import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import chains from '@whetstone/tasks/tasksets/chains.ts'
import { makeRoom } from './make-room.ts'
import type { Study } from './study.ts'

const test = suite('make-room')
const study = { taskset: chains(), seed: 1, context: 256, sampling: { maxTokens: 128 } } as Study

test('what the level needs, where the recipe gives less', async () => {
  // a step of six characters an operation, the result, the end; a digit and two characters an operation, the question mark, the end
  const { sampling, context } = await makeRoom(study, 33)
  assert.equal([sampling.maxTokens, context], [33 * 6 + 2 + 1, 1 + 2 * 33 + 1 + 1 + 33 * 6 + 2 + 1])
  const same = await makeRoom(study, 10)
  assert.equal([same.sampling.maxTokens, same.context], [128, 256])
})

test.run()
