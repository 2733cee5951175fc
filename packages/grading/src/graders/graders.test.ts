import { deriveSeed, loadPlugin, Model, pluginNames, random, type GenerateRequest, type LanguageModel } from '@whetstone/core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Grader, GradeRequest } from '../grader.ts'
import { goldProbes, probeJudge } from '../verify/probe-judge.ts'

const test = suite('graders')
const make = async (name: string, settings: object = {}) =>
  ((await loadPlugin('graders', name)) as unknown as (settings: object) => Grader)(settings)

type Case = Omit<GradeRequest, 'gold'> & { gold?: string | string[]; settings?: object; passed: boolean; reward?: number }
const question = 'Which is the capital of France?\nA) London\nB) Paris\nC) Rome\nD) Paris, Texas'
const choices = ['red', 'blue', 'dark blue', 'I do not know']
const cities = '{"name": "Ada", "age": 36, "tags": ["a", "b"], "place": {"city": "Rome"}}'
const schema = { type: 'object', properties: { age: { type: 'number', minimum: 0 }, name: { type: 'string' } }, required: ['age'] }

const cases: Record<string, Case[]> = {
  exact: [
    { gold: 'Paris', answer: ' Paris\n', passed: true },
    { gold: 'Paris', answer: 'paris', passed: false },
    { gold: ['Paris', 'The Hague'], answer: 'The Hague', passed: true },
    { gold: 'The Hague', answer: 'hague!', settings: { case: false, articles: false, punctuation: false }, passed: true },
    { gold: 'café', answer: 'cafe\u0301', passed: true },
    { gold: 'café', answer: 'cafe', passed: false },
    { gold: 'café', answer: 'cafe', settings: { accents: false }, passed: true },
    { gold: '-3.5', answer: '3.5', settings: { punctuation: false }, passed: false },
    { gold: '3.5', answer: '35', settings: { punctuation: false }, passed: false },
    { gold: 'a  b', answer: 'a b', settings: { spaces: false }, passed: true },
    { gold: 'a', answer: '', passed: false },
  ],
  number: [
    { gold: '5', answer: 'The answer is 5.', passed: true },
    { gold: ['5', '7'], answer: 'The answer is 7.', passed: true },
    { gold: ['5', '7'], answer: 'The answer is 57.', passed: false },
  ],
  maths: [
    { gold: ['x+1', '2'], answer: '\\boxed{1+x}', passed: true },
    { gold: '\\frac12', answer: '\\boxed{2}', passed: false },
  ],
  steps: [
    { gold: '12', answer: '3*4 = 12\n#### 12', passed: true, reward: 1 },
    { gold: '12', answer: '3*4 = 13\n#### 12', passed: true, reward: 0.5 },
    { gold: '12', answer: '3*4 = 12\n#### 13', settings: { bonus: 0.8 }, passed: false },
  ],
  choice: [
    { gold: 'B', answer: 'The answer is B.', passed: true },
    { gold: 'B', answer: 'The answer is (B) Paris.', question, passed: true },
    { gold: 'Paris', answer: 'B', question, passed: true },
    { gold: 'B', answer: 'Paris', question, passed: true },
    { gold: 'B', answer: 'Paris, Texas', question, passed: false },
    { gold: 'D', answer: 'The answer is Paris, Texas.', question, passed: true },
    { gold: 'B', answer: 'London or Paris', question, passed: false },
    { gold: 'B', answer: 'B or C', question, passed: false },
    { gold: 'B', answer: 'A, B, C, D', question, passed: false },
    { gold: 'B', answer: 'I think option C is wrong, so option B.', question, passed: false },
    { gold: 'E', answer: 'E', question, passed: false },
    { gold: 'blue', answer: 'blue', metadata: { choices }, passed: true },
    { gold: 'blue', answer: 'dark blue', metadata: { choices }, passed: false },
    { gold: 'C', answer: 'It is dark blue.', metadata: { choices }, passed: true },
    { gold: 'd', answer: 'The answer is: i do not know', metadata: { choices }, passed: true },
    { gold: 'B', answer: '**B**', metadata: { choices: { A: 'x', B: 'y' } }, passed: true },
    { gold: 'B', answer: '\\boxed{y}', metadata: { choices: { label: ['A', 'B'], text: ['x', 'y'] } }, passed: true },
    { gold: 'B', answer: '', passed: false },
  ],
  regex: [
    { gold: 'colou?r', answer: 'What color is it', passed: true },
    { gold: 'colou?r', answer: 'What color is it', settings: { whole: true }, passed: false },
    { gold: 'colou?r', answer: 'COLOUR', settings: { whole: true, ignoreCase: true }, passed: true },
    { gold: '(a+)+$', answer: `${'a'.repeat(40_000)}b`, passed: false },
    { gold: '(?=x)x', answer: 'x', passed: false },
    { gold: '42', answer: 'x = 41 and then x = 42', settings: { extract: 'x = (\\d+)' }, passed: true },
    { gold: '41', answer: 'x = 41 and then x = 42', settings: { extract: 'x = (\\d+)' }, passed: false },
    { gold: 'a.c', answer: '', passed: false },
  ],
  'set-f1': [
    { gold: 'red, green, blue', answer: 'Blue; red\n green', passed: true, reward: 1 },
    { gold: 'red, green, blue', answer: 'The answers are red and green.', passed: false, reward: 0.8 },
    { gold: 'red, green, blue', answer: 'red, green', settings: { threshold: 0.8 }, passed: true },
    { gold: 'red, green', answer: 'red, green, blue, pink, black, white', passed: false, reward: 0.5 },
    { gold: 'red, green', answer: '- red\n- green', passed: true },
    { gold: 'the big dog', answer: 'big dog', settings: { words: true }, passed: true },
    { gold: 'red', answer: '', passed: false, reward: 0 },
    { gold: 'red', answer: 'red, red, red', passed: true },
    { gold: ['red', 'green'], answer: 'green and red', passed: true },
    { gold: ['red', 'green'], answer: 'red', passed: false, reward: 2 / 3 },
    { gold: ['red', 'green'], answer: '["red","green"]', passed: true },
    { gold: ['red, green', 'blue, pink'], answer: 'pink, blue', passed: true },
    { gold: ['Paris', 'Lutetia'], answer: 'Lutetia', settings: { words: true }, passed: true },
  ],
  json: [
    {
      gold: cities,
      answer: 'Here:\n```json\n{"place": {"city": "Rome"}, "tags": ["a","b"], "age": 36.0, "name": "Ada"}\n```',
      passed: true,
      reward: 1,
    },
    {
      gold: cities,
      answer: 'It is {"name": "Ada", "age": 37, "tags": ["a","b"], "place": {"city": "Rome"}} I think',
      passed: false,
      reward: 0.8,
    },
    { gold: cities, answer: '{"name": "Ada", "age": 36, "tags": ["b","a"], "place": {"city": "Rome"}}', passed: false },
    { gold: cities, answer: '{"name": "Ada"}', settings: { fields: ['name'] }, passed: true },
    { gold: '{"a": 1}', answer: '{"a": 1, "b": 2}', passed: false },
    { gold: '{"a": 1}', answer: '{"a": 1, "b": 2}', settings: { extra: true }, passed: true },
    { gold: '{"age": 3}', answer: '{"age": 3}', settings: { schema }, passed: true },
    { gold: '{"age": -3}', answer: '{"age": -3}', settings: { schema }, passed: false, reward: 0 },
    { gold: '{"age": 3}', answer: '{"age": "3"}', passed: false },
    { gold: '{"n": 10000000000000000001}', answer: '{"n": 10000000000000000000}', passed: false },
    { gold: '{"n": 0.1}', answer: '{"n": 0.1000000000000000055511}', passed: false },
    { gold: '{"n": 1e2}', answer: '{"n": 100}', passed: true },
    { gold: '{"n": 1e400}', answer: '{"n": 1e401}', passed: false },
    { gold: '{"a": []}', answer: '{"a": {}}', passed: false },
    { gold: '{"a": null}', answer: '{}', passed: false },
    { gold: '[1, 2]', answer: 'no idea', passed: false },
    { gold: '{"__proto__": 1}', answer: '{"__proto__": 1}', passed: true },
  ],
  'step-references': [
    { gold: '3; 7; 21', answer: '1+2 = 3. 3+4 = 7. 7*3 = 21.\n#### 21', passed: true, reward: 1 },
    { gold: '21', metadata: { steps: ['3', '7'] }, answer: 'First 3. Then 7. The answer is 21.', passed: true, reward: 1 },
    { gold: '3; 7; 21', answer: '1+2 = 3. 3*7 = 21.\n#### 21', passed: true, reward: 0.75 },
    { gold: '3; 7; 21', answer: '#### 21', passed: true, reward: 0.5 },
    { gold: '3; 7; 21', answer: '3+4 = 7. 1+2 = 3.\n#### 22', passed: false, reward: 0.25 },
    { gold: '3; 7; 99', answer: Array.from({ length: 80 }, (_, i) => `${i}.`).join('\n'), passed: false, reward: 0.05 },
  ],
  code: [
    { gold: 'assert f(2) == 4', answer: '```python\ndef f(x):\n    return x * x\n```', settings: { name: 'f' }, passed: true },
    { gold: 'assert f(2) == 4', answer: 'def f(x): return 5', settings: { name: 'f' }, passed: false },
    {
      gold: '',
      answer: 'function f(x) { return x * x }',
      metadata: { language: 'javascript', names: ['f'], tests: ['equal(f(3), 9)'] },
      passed: true,
    },
    { gold: 'for got in map(f, [1]): assert got == 1', answer: 'def f(x): raise StopIteration', settings: { name: 'f' }, passed: false },
  ],
}
for (const [name, all] of Object.entries(cases))
  test(name, async () => {
    for (const { gold = '', settings, passed, reward, ...request } of all) {
      const grade = await (await make(name, settings)).grade({ gold, ...request })
      assert.is(grade.passed, passed, `${JSON.stringify(gold)} <> ${request.answer.slice(0, 80)}: ${grade.reason}`)
      if (reward !== undefined)
        assert.ok(Math.abs(grade.reward - reward) < 1e-9, `${request.answer.slice(0, 80)}: reward ${grade.reward}, not ${reward}`)
      assert.ok(grade.reward >= 0 && grade.reward <= 1 && (!grade.passed || grade.feedback === '' || grade.reward < 1))
    }
  })

test('what could not be told is neither right nor wrong, also among several accepted answers', async () => {
  const maths = await make('maths')
  for (const gold of ['\\int_0^1 x^2 dx', ['7', '\\int_0^1 x^2 dx']]) {
    const { passed, undecided, reason } = await maths.grade({ gold, answer: '\\boxed{\\frac13}' })
    assert.equal([passed, undecided], [false, true])
    assert.match(reason, /^not decided/)
  }
  const { passed, undecided } = await maths.grade({ gold: ['\\int_0^1 x^2 dx', '7'], answer: '\\boxed{7}' })
  assert.equal([passed, undecided], [true, undefined])
})
test('every grader has cases here, and tells what it is', async () => {
  assert.equal(pluginNames('graders'), [...Object.keys(cases), 'judge'].sort())
  for (const name of pluginNames('graders')) assert.ok((await loadPlugin('graders', name)).about.length > 20, name)
})

const problems: [name: string, gold: string, problem: RegExp | null, settings?: object][] = [
  ['number', 'blue', /is not a number/],
  ['number', '3 1/2', null],
  ['maths', '', /empty/],
  ['json', '{"a":', /is not JSON/],
  ['regex', '(?=x)', /is no pattern of RE2/],
  ['regex', 'x'.repeat(2000), /longer than 1000/],
  ['set-f1', ', ;', /holds no items/],
  ['step-references', '3; many; 21', /"many" is not a number/],
  ['code', ' ', /holds no tests/],
  ['exact', '...', /is empty/, { punctuation: false }],
]
test('a gold answer that cannot be graded against is named', async () => {
  for (const [name, gold, problem, settings] of problems) {
    const said = await (await make(name, settings)).problem(gold)
    if (problem) assert.match(said ?? '', problem)
    else assert.is(said, null)
  }
})

/** A judge that is right about `known` with a certain chance, and prefers what stands first with another. */
function judging(known: ReadonlyMap<string, boolean>, { skill, bias = 0 }: { skill: number; bias?: number }): LanguageModel {
  return {
    model: Model.parse({ id: 'model-judge', name: 'rule', path: null, createdAt: '2026-01-01T00:00:00Z' }),
    async *generate(requests: readonly GenerateRequest[]) {
      for (const { id, messages, seed } of requests) {
        const text = messages.at(-1)?.content ?? ''
        const draw = random(deriveSeed(seed, 'rule'))
        const answers = [...text.matchAll(/--- answer( [AB])? \w+ begins ---\n([\s\S]*?)\n--- answer/g)].map(
          ([, , answer]) => answer as string,
        )
        const isRight = (answer: string) => draw() < skill === (known.get(answer) ?? false)
        const word =
          answers.length === 1
            ? isRight(answers[0] as string)
              ? 'correct'
              : 'incorrect'
            : draw() < bias || isRight(answers[0] as string)
              ? 'a'
              : 'b'
        yield { id, text: `VERDICT: ${word}`, finish: 'stop' as const, tokens: { prompt: 1, completion: 1 }, seconds: 0 }
      }
    },
    async [Symbol.asyncDispose]() {},
  }
}

test('judge: by rubric, pairwise in both orders, and how far a probe says to trust it', async () => {
  const known = new Map([
    ['good', true],
    ['bad', false],
    ['gold', false],
  ])
  const expert = judging(known, { skill: 1 })
  const byRubric = await make('judge')
  assert.is(byRubric.needsJudge, true)
  assert.is((await byRubric.grade({ gold: 'gold', answer: 'good', judge: expert })).passed, true)
  assert.is((await byRubric.grade({ gold: 'gold', answer: 'bad', judge: expert })).passed, false)
  const pairwise = await make('judge', { pairwise: true, votes: 5 })
  assert.equal(
    [
      (await pairwise.grade({ gold: 'gold', answer: 'good', judge: expert })).passed,
      (await pairwise.grade({ gold: 'gold', answer: '', judge: expert })).passed,
    ],
    [true, false],
  )
  const biased = judging(known, { skill: 1, bias: 1 })
  const grade = await pairwise.grade({ gold: 'gold', answer: 'good', judge: biased })
  assert.equal([grade.passed, grade.reward], [false, 0.5]) // it prefers a place and not an answer
  await byRubric.grade({ gold: 'gold', answer: 'good' }).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, /no model has the role judge/),
  )
  const probes = Array.from({ length: 40 }, (_, i) => ({ question: 'q', answer: i % 2 ? 'good' : 'bad', correct: i % 2 === 1 }))
  const measure = (grader: Grader, model: LanguageModel) =>
    probeJudge(probes, ({ question, answer }, i) => grader.grade({ gold: '', question, answer, judge: model, seed: 1 + i }))
  const trusted = await measure(byRubric, expert)
  assert.equal([trusted.probes, trusted.agreed, trusted.kappa], [40, 40, 1])
  const guessing = await measure(await make('judge', { votes: 1 }), judging(known, { skill: 0.5 }))
  assert.ok(guessing.agreed < 32 && (guessing.kappa as number) < 0.6, JSON.stringify(guessing))
  assert.is(guessing.passedWrong + guessing.failedRight, 40 - guessing.agreed)
})

test("probes of golds: each gold answer and another question's, spread over all; none where all are alike", () => {
  const items = Array.from({ length: 100 }, (_, i) => ({ question: `q${i}`, gold: `${i % 7}` }))
  const probes = goldProbes(items)
  assert.is(probes.length, 40)
  assert.is(probes.filter(({ correct }) => correct).length, 20)
  for (const { question, answer, correct, reference } of probes) {
    const gold = items.find((item) => item.question === question)?.gold
    assert.equal([answer === gold, reference], [correct, gold])
  }
  assert.is(probes.at(-1)?.question, 'q95')
  for (const { answer, reference } of goldProbes(items, true)) assert.is.not(answer, reference)
  assert.equal(
    goldProbes([
      { question: 'a', gold: '1' },
      { question: 'b', gold: '1' },
    ]),
    [],
  )
})

test.run()
