// Trainers of other people's, end to end with a stand-in that checks what it is given and trains by calling llama-train: a file of rows, and a whole round whose gate promotes or keeps what it made.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import type { Round } from '@whetstone/core'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-external-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['WHETSTONE_HERE'] = scratch
process.env['WHETSTONE_PROGRESS'] = 'none'
const { paths } = await import('@whetstone/core')
process.env['LLAMA_TRAIN'] = paths.tool('llama-train')
const { runInProcess: run } = await import('../run-in-process.ts')

const test = suite('external trainers')
test.after(() => rmSync(scratch, { recursive: true, force: true }))
const standIn = join(import.meta.dirname, 'stand-in.mjs')
const tiny = join(import.meta.dirname, '../../../../models/tiny/whetstone-tiny-f32.gguf')

const set = (settings: Record<string, unknown>) =>
  Object.entries(settings).flatMap(([name, value]) => [
    '--set',
    `trainer.${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  ])
const write = (name: string, rows: readonly object[]) => {
  writeFileSync(join(scratch, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return `--data=${join(scratch, name)}`
}
const user = { role: 'user', content: '11+22=' }
const assistant = (content: string) => ({ role: 'assistant', content })
const chat = Array.from({ length: 16 }, () => ({ messages: [user, assistant('33')] }))
const pairs = chat.map(() => ({ prompt: [user], chosen: [assistant('33')], rejected: [assistant('44')] }))
const labelled = chat.map((_, i) => ({ prompt: [user], completion: [assistant(i % 2 ? '33' : '44')], label: i % 2 === 1 }))

const external = (method: string) => ({
  writes: 'adapter',
  command: [process.execPath, standIn, 'any', '{model}', '{data}', '{out}', method],
})
const factory = {
  model: tiny,
  template: 'qwen3',
  program: 'stand-in',
  convert: [process.execPath, standIn, 'convert', '{trained}', '{out}'],
}

test('external: files in, an adapter out, its losses followed', async () => {
  const done = await run(
    'models:train',
    write('chat.jsonl', chat),
    '--trainer=external',
    ...set(external('sft')),
    `--json=${join(scratch, 'out.json')}`,
  )
  assert.is(done.status, 0, done.said)
  assert.match(done.said, /external node on 16 rows \(trl-messages\): 4 steps in .*, loss 0\.2500/)
  const { model } = JSON.parse(readFileSync(join(scratch, 'out.json'), 'utf8')) as { model: { adapter: string; trainer: string } }
  assert.ok(model.adapter.endsWith('adapter.gguf') && model.trainer === 'external')
})

for (const [stage, rows, format] of [
  ['sft', chat, 'trl-messages'],
  ['dpo', pairs, 'trl-preference'],
  ['orpo', pairs, 'trl-preference'],
  ['kto', labelled, 'trl-kto'],
] as const)
  test(`LLaMA-Factory's ${stage}: rows, dataset_info and YAML as it reads them`, async () => {
    // The program is found on PATH under its own name.
    writeFileSync(join(scratch, 'stand-in'), `#!/bin/sh\nexec ${process.execPath} ${standIn} "$@"\n`, { mode: 0o755 })
    process.env['PATH'] = `${scratch}:${process.env['PATH']}`
    const name = `lf-${stage}`
    const done = await run(
      'models:train',
      write(`${name}.jsonl`, rows),
      '--trainer=llama-factory',
      ...set({ ...factory, stage, loraRank: 2, machines: 2, master: '10.0.0.1:29500' }),
    )
    assert.is(done.status, 0, done.said)
    assert.match(done.said, new RegExp(`llama-factory ${stage} on 16 rows \\(${format}\\): 4 steps`))
    const config = parse(readFileSync(join(paths.checkpoints(name), 'train.yaml'), 'utf8')) as Record<string, unknown>
    const wanted = { sft: ['sft', undefined], dpo: ['dpo', 'sigmoid'], orpo: ['dpo', 'orpo'], kto: ['kto', undefined] }[stage]
    assert.equal([config['stage'], config['pref_loss']], wanted)
    assert.is(
      (JSON.parse(readFileSync(join(paths.checkpoints(name), 'trained/adapter_config.json'), 'utf8')) as { nnodes: string }).nnodes,
      '2',
    )
  })

test('LLaMA-Factory that is not started: written, said what to run, and gone on with', async () => {
  const args = [
    write('later.jsonl', chat),
    '--trainer=llama-factory',
    ...set({ ...factory, start: false, weights: 'qlora', deepspeed: 'ds_z3_config.json' }),
  ]
  const first = await run('models:train', ...args)
  assert.is(first.status, 1)
  assert.match(first.said, /Written: .*train\.yaml\. Run stand-in train .*then the same command again/)
  const yaml = parse(readFileSync(join(paths.checkpoints('later'), 'train.yaml'), 'utf8')) as Record<string, unknown>
  assert.equal([yaml['quantization_bit'], yaml['deepspeed'], yaml['finetuning_type']], [4, 'ds_z3_config.json', 'lora'])
  const { execFileSync } = await import('node:child_process')
  execFileSync(process.execPath, [standIn, 'train', join(paths.checkpoints('later'), 'train.yaml')], { stdio: 'ignore' })
  const second = await run('models:train', ...args)
  assert.match(second.said, /llama-factory sft on 16 rows .*: 4 steps/)
})

for (const [what, settings, wanted] of [
  ['a program that is not there', { command: ['/no/such/program'] }, /\/no\/such\/program not found|program not found/],
  ['a program that fails', { command: [process.execPath, standIn, 'nothing'] }, /no mode nothing|ended with exit code 3/],
  [
    'one that leaves no GGUF',
    { command: [process.execPath, '-e', 'console.log(JSON.stringify({ step: 1, loss: 1 }))'] },
    /left no .*candidate\.gguf/,
  ],
  [
    'one that tells no loss',
    { command: [process.execPath, '-e', `require('fs').copyFileSync('${tiny}', process.argv[1])`, '{out}'] },
    /told no step and no loss/,
  ],
  [
    'one that writes something else',
    { command: [process.execPath, '-e', "require('fs').writeFileSync(process.argv[1], 'no')", '{out}'] },
    /is no GGUF file/,
  ],
  ['a name that stands for nothing', { command: ['x', '{dat}'] }, /\{dat\} stands for nothing\. Known: \{data\}/],
  ['no command', {}, /command/],
] as const)
  test(`${what} is said in a line, and nothing looks trained`, async () => {
    const name = `bad-${what.replace(/\W+/g, '-')}`
    const { status, said } = await run('models:train', write(`${name}.jsonl`, chat), '--trainer=external', ...set(settings))
    assert.is(status, 1, said)
    assert.match(said, wanted)
    assert.ok(!existsSync(join(paths.checkpoints(name), 'card.json')))
  })

test('a round trains by it, and its gate promotes or keeps what was made', async () => {
  const flags = [
    '--recipe=tiny',
    '--run=outside',
    '--limit=8',
    '--trainer=external',
    ...set(external('sft')),
    `--json=${join(scratch, 'rounds.json')}`,
  ]
  const done = await run('loops:cycle', ...flags)
  assert.is(done.status, 0, done.said)
  const [round] = JSON.parse(readFileSync(join(scratch, 'rounds.json'), 'utf8')) as Round[]
  assert.is(round?.training?.trainer, 'external node')
  assert.is(round?.training?.steps, 4)
  assert.ok(round?.candidate && typeof round.decision.promoted === 'boolean')
  assert.match(done.said, /=> (promoted|kept)/)
  assert.ok((round?.harvest.funnel ?? []).length >= 3, 'the report has the funnel')
})

test.run()
