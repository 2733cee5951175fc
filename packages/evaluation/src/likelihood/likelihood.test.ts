import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  BadInput,
  type Completion,
  type GenerateRequest,
  type LanguageModel,
  type Model,
  type Score,
  type Task,
  type Trace,
} from '@whetstone/core'
import { likelihoodByType } from './likelihood-by-type.ts'
import { paraphrasePool } from './paraphrase-pool.ts'
import { type PoolItem, poolMessages, readPool } from './pool.ts'
import { samplePool } from './sample-pool.ts'
import { scorePool } from './score-pool.ts'
import { scoreTraces } from './score-traces.ts'

const test = suite('likelihood')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-likelihood-'))
test.after(() => rmSync(folder, { recursive: true }))
const write = (name: string, text: string) => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

const item = (output: string, type: string, more: Partial<PoolItem> = {}): PoolItem => ({
  instruction: '2+2=',
  input: '',
  output,
  type,
  ...more,
})
const card = { id: 'model-x', name: 'x', path: null } as unknown as Model

/** A model that gives every character the chance `p`, answers by `reply`, and cannot take prompts with a `#`. */
function model(p: number, reply: (request: GenerateRequest) => Partial<Completion> = () => ({})): LanguageModel {
  return {
    model: card,
    async *generate(requests) {
      for (const request of requests)
        yield { id: request.id, text: '', finish: 'stop', tokens: { prompt: 1, completion: 1 }, seconds: 0, ...reply(request) }
    },
    async score(requests): Promise<Score[]> {
      return requests
        .filter(({ messages }) => !messages[0]?.content.includes('#'))
        .map(({ id, messages }) => {
          const tokens = messages.at(-1)?.content.length ?? 0
          return {
            id,
            logLikelihood: tokens * Math.log(p),
            meanLogLikelihood: Math.log(p),
            perplexity: 1 / p,
            tokens,
            entropy: 0.5,
            greedyMatch: p > 0.5,
          }
        })
    },
    async [Symbol.asyncDispose]() {},
  }
}

test('pools: JSON lines or an array; the place of a bad row is named', async () => {
  const rows = [item('4', 'reference'), item('four', 'student')]
  assert.equal(await readPool(write('pool.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'))), rows)
  assert.equal(await readPool(write('pool.json', JSON.stringify(rows))), rows)
  const refused: [string, RegExp][] = [
    [write('bad.jsonl', `${JSON.stringify(rows[0])}\n{"instruction": "x"}`), /bad\.jsonl:2: output: /],
    [write('bad.json', JSON.stringify([rows[0], { ...rows[1], type: '' }])), /bad\.json: item 2: type: /],
    [write('empty.jsonl', '\n'), /holds no samples/],
    [join(folder, 'none.jsonl'), /not found: give a pool/],
  ]
  for (const [file, pattern] of refused) {
    const error = await readPool(file).then(
      () => assert.unreachable(file),
      (reason: Error) => reason,
    )
    assert.instance(error, BadInput)
    assert.match((error as Error).message, pattern)
  }
})

test('the prompt is system, instruction and input; the output is the last turn', () => {
  assert.equal(poolMessages(item('4', 'a', { input: 'now', system: 's' })), [
    { role: 'system', content: 's' },
    { role: 'user', content: '2+2=\nnow' },
    { role: 'assistant', content: '4' },
  ])
})

test('five checkpoints: curves by type in the format of SLM Reasoning, equal to the mean of the scores', async () => {
  const pool = [item('4', 'reference'), item('55', 'student'), item('6666', 'student'), item('7', 'hard', { instruction: '#' })]
  const checkpoints = []
  for (const step of [4, 0, 1, 2, 3])
    checkpoints.push({ step, name: `round ${step}`, scores: await scorePool(model(0.2 + 0.15 * step), pool) })
  const result = likelihoodByType(checkpoints)
  assert.equal(result.steps, [0, 1, 2, 3, 4])
  assert.equal(Object.keys(result.results_by_type), ['reference', 'student'], 'what no checkpoint can take has no curve')
  const { student, reference } = result.results_by_type
  for (const [index, step] of result.steps.entries()) {
    const p = 0.2 + 0.15 * step
    assert.ok(Math.abs((student?.avg_log_likelihood[index] ?? 0) - 3 * Math.log(p)) < 1e-12)
    assert.ok(Math.abs((reference?.avg_log_likelihood[index] ?? 0) - Math.log(p)) < 1e-12)
    assert.ok(Math.abs((student?.avg_perplexity[index] ?? 0) - 1 / p) < 1e-12)
  }
  assert.equal(student?.count, [2, 2, 2, 2, 2])
})

test('a type that only some checkpoints can take has gaps, not zeros', async () => {
  const scores = await scorePool(model(0.5), [item('4', 'a')])
  const result = likelihoodByType([
    { step: 0, name: 'x', scores },
    { step: 1, name: 'y', scores: [] },
  ])
  assert.equal(result.results_by_type['a']?.avg_perplexity, [2, null])
})

test('a backend that cannot score says so', async () => {
  const { score: _, ...mute } = model(0.5)
  try {
    await scorePool(mute as LanguageModel, [item('4', 'a')])
    assert.unreachable()
  } catch (error) {
    assert.match((error as Error).message, /cannot score/)
  }
})

test('student pools hold finished answers, each with its own seed', async () => {
  const tasks = ['1+1=', '2+2='].map((prompt, i) => ({ id: `t${i}`, prompt }) as Task)
  const seeds = new Set<number>()
  const student = model(0.5, ({ seed, messages, id }) => {
    seeds.add(seed)
    return id.includes('t1') && id.includes(',1]') ? { text: 'cut', finish: 'length' } : { text: `answer to ${messages.at(-1)?.content}` }
  })
  const pool = await samplePool(student, tasks, { type: 'student', samples: 2, sampling: { temperature: 1, maxTokens: 8 }, seed: 1 })
  assert.equal(
    pool.map(({ instruction, output, type }) => [instruction, output, type]),
    [
      ['1+1=', 'answer to 1+1=', 'student'],
      ['1+1=', 'answer to 1+1=', 'student'],
      ['2+2=', 'answer to 2+2=', 'student'],
    ],
  )
  assert.is(seeds.size, 4)
})

test('paraphrases keep the prompt, name their type, and leave out what came back unchanged or cut', async () => {
  const teacher = model(0.5, ({ messages, id }) => {
    assert.match(messages[1]?.content ?? '', /^Question:\n2\+2=\n\nAnswer:\n/)
    return [{ text: ' It is four. ' }, { text: 'same' }, { text: 'cut', finish: 'length' as const }][Number(id)] ?? {}
  })
  const pool = await paraphrasePool(teacher, [item('four', 'student'), item('same', 'student'), item('x', 'student')], {
    sampling: { temperature: 0, maxTokens: 8 },
    seed: 1,
  })
  assert.equal(pool, [item('It is four.', 'student paraphrase')])
})

test('traces are scored per token, by id; those without an answer are left out', async () => {
  const trace = (id: string, answer: string) =>
    ({
      id,
      messages: [
        { role: 'user', content: 'q' },
        { role: 'assistant', content: answer },
      ],
    }) as Trace
  assert.equal([...(await scoreTraces(model(0.25), [trace('a', 'xyz'), trace('b', '')]))], [['a', Math.log(0.25)]])
})

test.run()
