import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Split } from '@whetstone/core'
import code from './code.ts'
import { smallProblems } from '../code/small-problems.ts'
import { provesItself } from '../contract.ts'

const test = suite('code')
const taskset = code()
provesItself(test, taskset)

const splits: Split[] = ['train', 'validation', 'test']
const all = (await Promise.all(splits.map((split) => taskset.load({ split, seed: 1, round: 1 })))).flat()

test('every problem exists in both languages, and no more', () => {
  assert.is(all.length, smallProblems.length * 2)
  assert.is(new Set(all.map(({ cluster }) => cluster)).size, smallProblems.length)
})

test('no function that returns nothing passes, in either language (canonical solutions: see the contract)', async () => {
  const nothing = ({ metadata }: (typeof all)[number]) => {
    const [name] = metadata['names'] as string[]
    return metadata['language'] === 'python' ? `def ${name}(*arguments):\n    return None\n` : `function ${name}() {}\n`
  }
  const grades = await Promise.all(all.map((task) => taskset.grade(task, nothing(task))))
  assert.equal(
    grades.filter(({ reason }) => !reason.startsWith('wrong answer')),
    [],
  )
})

test('the grade names the sandbox', async () => {
  for (const [language, sandbox] of [
    ['python', /\((?:bubblewrap|pyodide)\)$/],
    ['javascript', /\(quickjs\)$/],
  ] as const) {
    const task = all.find(({ metadata }) => metadata['language'] === language)!
    assert.match((await taskset.grade(task, task.reference)).reason, sandbox)
  }
})

test('a prompt shows one example and none of the other tests', () => {
  for (const { prompt, metadata } of all) {
    const [shown, ...hidden] = (metadata['tests'] as string[]).map((line) =>
      line.replace(/^assert (.*) == .*$|^equal\((.*?\)), .*$/s, '$1$2'),
    )
    assert.ok(prompt.includes(`Example: ${shown} gives `), prompt)
    for (const call of hidden) assert.not(prompt.includes(`${call} gives`))
  }
})

test('one language alone', async () => {
  const tasks = await code({ languages: ['python'] }).load({ split: 'test', seed: 1, round: 1, levels: [1, 3] })
  assert.ok(tasks.length > 1 && tasks.every(({ level, metadata }) => level !== 2 && metadata['language'] === 'python'))
})

test.run()
