import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { quickjs } from '../sandboxes/quickjs.ts'
import { gradeCode } from './code.ts'
import { CodeProblem } from './code-problem.ts'
import { codeSources } from './code-sources.ts'

const test = suite('code')
const python = CodeProblem.parse({
  language: 'python',
  names: ['f'],
  opening: 'from typing import List\n\ndef f(x):\n    """Doubles."""\n',
  tests: ['assert f(1) == 2'],
})
const javascript = CodeProblem.parse({ language: 'javascript', names: ['f'], tests: ['equal(f(1), 2)', 'equal(f(4), 8)'] })

const extractions: [name: string, problem: CodeProblem, answer: string, sources: string[] | null][] = [
  ['a body continues the opening', python, '    return 2 * x\n', [`${python.opening}    return 2 * x\n`]],
  [
    'a body ends at the next unindented line',
    python,
    '    return 2 * x\n\nprint(f(1))\nThis doubles.',
    [`${python.opening}    return 2 * x\n\n`],
  ],
  ['a whole function follows the opening', python, 'def f(x):\n  return 2 * x', [python.opening, 'def f(x):\n  return 2 * x']],
  ['a fenced function', python, 'Sure!\n```python\ndef f(x):\n  return 2 * x\n```\nDone.', [python.opening, 'def f(x):\n  return 2 * x\n']],
  [
    'the last block that defines it',
    python,
    '```python\ndef f(x): return 1\n```\nBetter:\n```\nf = lambda x: 2 * x\n```\nUse:\n```python\nprint(f(2))\n```',
    [python.opening, 'f = lambda x: 2 * x\n'],
  ],
  [
    'other languages are left out',
    python,
    '```python\ndef f(x): return 1\n```\n```bash\npython f.py\n```',
    [python.opening, 'def f(x): return 1\n'],
  ],
  ['a fence that is never closed', python, '```py\ndef f(x): return 1', [python.opening, 'def f(x): return 1\n']],
  ['a fence inside a list', javascript, '1. So:\n   ```js\nexport const f = (x) => 2 * x\n   ```', ['const f = (x) => 2 * x\n']],
  ['an exported function', javascript, '```javascript\nexport default async function f(x) {}\n```', ['async function f(x) {}\n']],
  ['nothing', python, '', null],
  ['an empty block', python, '```python\n```', null],
]
for (const [name, problem, answer, sources] of extractions)
  test(`finds the code: ${name}`, () => assert.equal(codeSources(answer, problem), sources))

const grades: [answer: string, reason: string, tests: number, feedback: RegExp][] = [
  ['const f = (x) => 2 * x', 'correct (quickjs)', 1, /^$/],
  ['const f = (x) => 2', 'wrong answer (quickjs)', 0.5, /wrong result. 1 of 2 tests passed/],
  ['const f = (x) => x.y.z', 'raised an exception (quickjs)', 0, /TypeError/],
  ['const g = 1', 'did not load (quickjs)', 0, /f is not defined/],
  ['I do not know', 'did not load (quickjs)', 0, /SyntaxError/],
  [' ', 'no answer', 0, /No code/],
]
for (const [answer, reason, tests, feedback] of grades)
  test(`grades ${JSON.stringify(answer)}: ${reason}`, async () => {
    const grade = await gradeCode({ problem: javascript, answer, sandbox: quickjs })
    const passed = reason.startsWith('correct')
    assert.equal(
      [grade.reason, grade.passed, grade.reward, grade.parts],
      [reason, passed, passed ? 1 : 0, { answer: passed ? 1 : 0, tests }],
    )
    assert.match(grade.feedback, feedback)
  })

test('many at once are graded in turn, each by its own tests', async () => {
  const all = await Promise.all(
    Array.from({ length: 12 }, (_, i) => gradeCode({ problem: javascript, answer: `const f = (x) => x * ${i}`, sandbox: quickjs })),
  )
  assert.equal(
    all.map(({ passed }) => passed),
    Array.from({ length: 12 }, (_, i) => i === 2),
  )
})

test("tests that do not compile are the task's fault, not the model's", async () => {
  try {
    await gradeCode({ problem: { ...javascript, tests: ['equal(f(1'] }, answer: 'const f = 1', sandbox: quickjs })
    assert.unreachable()
  } catch (error) {
    assert.match((error as Error).message, /The tests do not run .*mend the task/)
  }
})

test.run()
