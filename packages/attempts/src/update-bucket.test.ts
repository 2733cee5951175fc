import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Task, Trace } from '@whetstone/core'
import { readBucket, writeBucket } from '@whetstone/runs'
import { updateBucket } from './update-bucket.ts'

const test = suite('bucket')

const task = (id: string): Task => ({ id, taskset: 't', split: 'train', prompt: '', reference: '', level: 1, cluster: id, metadata: {} })
const tasks = new Map(['a', 'b', 'c'].map((id) => [id, task(id)]))
const trace = (id: string, passed: boolean, reason = passed ? 'correct' : 'wrong value') =>
  ({ task: id, grade: { passed, reason } }) as unknown as Trace

test('failed tasks come in, count their attempts and errors, and leave when they are solved', () => {
  const first = updateBucket([], [trace('a', false), trace('b', true), trace('c', false, 'truncated')], tasks, 1)
  assert.equal(
    first.map(({ task: { id }, attempts }) => [id, attempts]),
    [
      ['a', 1],
      ['c', 1],
    ],
  )
  const second = updateBucket(first, [trace('a', false), trace('a', false, 'no answer'), trace('c', true)], tasks, 2)
  assert.equal(second, [{ task: tasks.get('a'), attempts: 3, since: 1, reasons: { 'wrong value': 2, 'no answer': 1 } }])
  assert.equal(updateBucket(second, [], tasks, 3), second, 'what was not attempted stays')
})

test('is kept on disk from round to round', () => {
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-bucket-'))
  try {
    const file = join(folder, 'bucket.json')
    assert.equal(readBucket(file), [])
    const bucket = updateBucket([], [trace('a', false)], tasks, 1)
    writeBucket(file, bucket)
    assert.equal(readBucket(file), bucket)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.run()
