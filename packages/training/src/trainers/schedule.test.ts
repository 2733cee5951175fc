import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Dataset, Model, Trainer, TrainRequest } from '@whetstone/core'
import { plugin, weightless } from '@whetstone/core'
import { z } from 'zod'
import schedule, { dpo, sft, verify } from './schedule.ts'

const test = suite('schedule')
const folder = mkdtempSync(join(tmpdir(), 'schedule-'))
const base: Model = { ...weightless, id: 'model-0', name: 'base', path: join(folder, 'base.gguf') }
const data = (id: string, examples: number, pairs = examples): Dataset => ({
  ...{ id, run: 'run', round: 1, files: { rows: 'rows.jsonl', both: 'both.jsonl' }, folder, composition: {}, hash: id, createdAt: '' },
  madeOf: { rows: 'examples', both: 'pairs' },
  counts: { examples, pairs, traces: examples },
})

/** A trainer that writes down what it was given, as the weights that it makes; it is killed where it is told to. */
const said: string[] = []
let killed: string | null = null
const writer = plugin({
  name: 'writer',
  about: 'of the tests',
  settings: z.strictObject({ name: z.string(), reads: z.string().default('rows') }),
  make: ({ name, reads }): Trainer => ({
    name: `writer ${name}`,
    reads: [reads],
    tools: ['pen'],
    async train({ base: from, dataset, folder: own }) {
      if (killed === name) throw new Error('killed')
      said.push(`${name} on ${dataset.id} from ${from.id}`)
      mkdirSync(own, { recursive: true })
      const path = join(own, 'candidate.gguf')
      writeFileSync(path, `${from.id} ${name}`)
      return { model: { ...from, id: `${from.id}-${name}`, path }, steps: 3, seconds: 1, finalLoss: 0.25, own: from === base ? own1 : own2 }
    },
  }),
})
const [own1, own2] = [
  { rows: 1, tokens: 1, meanAbs: 0.1, maxAbs: 0.1 },
  { rows: 2, tokens: 2, meanAbs: 9, maxAbs: 9 },
]
const made = schedule({
  stages: [
    { train: writer({ name: 'a' }) },
    { verify: true },
    { train: writer({ name: 'b' }), on: 'verified' },
    { train: writer({ name: 'c' }) },
  ],
})
const request = (name: string, passed: number): TrainRequest => ({
  ...{ base, dataset: data('harvest', 5), folder: join(folder, name), seed: 1, round: 1 },
  verify: async (model, stage) => {
    said.push(`verify ${stage} of ${model.id}`)
    return {
      attempted: 4,
      passed,
      tokens: { prompt: 8, completion: 4 },
      dataset: passed > 0 ? data(`verified by ${model.id}`, passed) : null,
    }
  },
})

test('stages follow on one another, what is verified is trained on, the candidate lies where it should', async () => {
  said.length = 0
  const { model, steps, finalLoss, own, stages } = await made.train(request('whole', 2))
  assert.equal(said, [
    'a on harvest from model-0',
    'verify 02 of model-0-a',
    'b on verified by model-0-a from model-0-a',
    'c on harvest from model-0-a-b',
  ])
  assert.equal(
    [model.id, model.parent, model.dataset, model.path],
    ['model-0-a-b-c', 'model-0', 'harvest', join(folder, 'whole', 'candidate.gguf')],
  )
  assert.is(readFileSync(model.path as string, 'utf8'), 'model-0-a-b c')
  assert.equal([steps, finalLoss, own], [9, 0.25, own1])
  assert.equal(
    stages?.map(({ stage, steps: count, attempted, passed }) => [stage, count ?? attempted, passed]),
    [
      ['writer a', 3, undefined],
      ['verify', 4, 2],
      ['writer b', 3, undefined],
      ['writer c', 3, undefined],
    ],
  )
  assert.equal([made.name, made.reads, made.tools], ['writer a, verify, writer b, writer c', ['rows'], ['pen']])
})

test('stopped in the middle it goes on there; where nothing is verified that stage trains nothing', async () => {
  said.length = 0
  killed = 'c'
  const failed = await made.train(request('torn', 0)).catch((error: Error) => error.message)
  assert.is(failed, 'killed')
  killed = null
  const { model, stages } = await made.train(request('torn', 0))
  assert.equal(said, ['a on harvest from model-0', 'verify 02 of model-0-a', 'c on harvest from model-0-a'])
  assert.equal([model.id, stages?.[2]?.steps], ['model-0-a-c', 0])
  said.length = 0
  assert.is((await made.train(request('torn', 0))).model.id, 'model-0-a-c')
  assert.equal(said, [], 'nothing is done twice')
})

test('whether a stage has rows goes by what its file is made of, whatever its trainer is called', async () => {
  const stages = (name: string, reads: string) =>
    schedule({ stages: [{ train: writer({ name, reads }) }, { train: writer({ name: 'z' }) }] })
  const stepsOf = async (trainer: Trainer, dataset: Dataset, name: string) =>
    (await trainer.train({ ...request(name, 0), dataset })).stages?.map(({ steps }) => steps)
  assert.equal(await stepsOf(stages('kto', 'both'), data('no pairs', 5, 0), 'kto'), [0, 3])
  assert.equal(await stepsOf(stages('pairs', 'both'), data('pairs', 5, 2), 'pairs'), [3, 3])
  assert.equal(await stepsOf(stages('dpo-like', 'rows'), data('rows', 5, 0), 'dpo'), [3, 3])
})

test('a card of an older version, which does not say what its files are made of: the files are asked, a missing one is named', async () => {
  const old = ({ madeOf: _, ...card }: Dataset, name: string): Dataset => ({ ...card, folder: join(folder, name) })
  const stepsOf = async (dataset: Dataset, name: string) => {
    const trainer = schedule({ stages: [{ train: writer({ name: 'pairs', reads: 'both' }) }, { train: writer({ name: 'z' }) }] })
    return (await trainer.train({ ...request(name, 0), dataset })).stages?.map(({ steps }) => steps)
  }
  const write = (name: string, rows: string, both: string) => {
    mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, name, 'rows.jsonl'), rows)
    writeFileSync(join(folder, name, 'both.jsonl'), both)
  }
  write('old-no-pairs', '{}\n', '')
  write('old-no-rows', '', '{}\n')
  write('old-both', '{}\n', '{}\n')
  assert.equal(await stepsOf(old(data('no pairs', 5, 0), 'old-no-pairs'), 'to-no-pairs'), [0, 3])
  assert.equal(await stepsOf(old(data('no rows', 0, 5), 'old-no-rows'), 'to-no-rows'), [3, 0])
  assert.equal(await stepsOf(old(data('both', 5, 5), 'old-both'), 'to-both'), [3, 3])
  const missing = await stepsOf(old(data('gone', 5, 5), 'old-gone'), 'to-gone').catch((error: Error) => error.message)
  assert.match(String(missing), /both\.jsonl is missing, which the card of dataset gone names: make it again with --redo-from=dataset/)
})

test('a schedule that cannot be run says what to do', async () => {
  const refused = (trainer: Trainer, given: TrainRequest) =>
    trainer.train(given).then(
      () => 'trained',
      (error: Error) => error.message,
    )
  assert.match(await refused(made, { ...request('bare', 0), verify: undefined }), /only a round can do that/)
  const alone = schedule({ stages: [{ verify: true }, { train: writer({ name: 'b' }), on: 'verified' }] })
  assert.match(await refused(alone, request('none', 0)), /No stage of the schedule had rows/)
  assert.match(
    await refused(schedule({ stages: [sft({ on: 'harvest' })] }), request('format', 0)),
    /has no format that llama-train sft reads/,
  )
  assert.throws(() => schedule({ stages: [] }))
  assert.throws(() => schedule({ stages: [verify()] }), /no stage trains, there are verifications alone: add dpo\(\) or sft\(\)/)
  assert.throws(
    () => schedule({ stages: [sft(), verify()] }),
    /stage 1 \(llama-train sft\) trains on what was verified, and no verify\(\) stands before it/,
  )
  assert.is(schedule({ stages: [dpo({ beta: 0.2 }), verify(), sft()] }).name, 'llama-train dpo, verify, llama-train sft')
})

test.after(() => rmSync(folder, { recursive: true, force: true }))
test.run()
