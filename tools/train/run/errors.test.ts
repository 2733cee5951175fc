// Bad input gets one line that says what, where and what to do, exit code 1, and leaves nothing behind.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { folder, randomModel, readLines, rowsFile, tool, toolSuite, train } from '../test-model.ts'

const { it, run } = toolSuite('errors')

const good = { prompt: '1+1=', completion: '2' }
const out = join(folder, 'out.gguf')
const text = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

type Case = {
  name: string
  error: RegExp
  method?: string
  rows?: Record<string, unknown>[]
  data?: () => string
  model?: () => Promise<string>
  args?: () => (string | number)[] | Promise<(string | number)[]>
}
const cases: Case[] = [
  {
    name: 'malformed JSONL',
    data: () => text('bad.jsonl', `${JSON.stringify(good)}\n{"prompt":\n`),
    error: /bad\.jsonl:2: not valid JSON/,
  },
  { name: 'no rows', data: () => text('empty.jsonl', ''), error: /empty\.jsonl: no rows/ },
  { name: 'no file', data: () => join(folder, 'absent.jsonl'), error: /absent\.jsonl/ },
  { name: 'a row without an answer', rows: [good, { prompt: 'a' }], error: /rows\.jsonl:2: a row needs "prompt" and "completion"/ },
  { name: 'a negative weight', rows: [{ ...good, weight: -1 }], error: /rows\.jsonl:1: "weight" must be/ },
  {
    name: 'a row too long, strict',
    rows: [good, { prompt: '1'.repeat(80), completion: '2' }],
    args: () => ['--strict'],
    error: /rows\.jsonl:2: \d+ tokens do not fit the context of 64/,
  },
  { name: 'only rows too long', rows: [{ prompt: '1'.repeat(80), completion: '2' }], error: /no row is left/ },
  { name: 'outside the vocabulary, strict', rows: [{ prompt: 'Ω', completion: '2' }], args: () => ['--strict'], error: /rows\.jsonl:1: / },
  { name: 'dpo: no rejected answer', method: 'dpo', rows: [{ prompt: 'a', chosen: 'b' }], error: /rows\.jsonl:1: "rejected" is missing/ },
  { name: 'kto: not said whether wanted', method: 'kto', rows: [good], error: /rows\.jsonl:1: "desirable" must be true or false/ },
  {
    name: 'distill: no teacher',
    method: 'distill',
    rows: [good],
    error: /rows\.jsonl:1: a row needs "teacher_prompt" or "teacher_logprobs" \(or give --ref-model\)/,
  },
  {
    name: 'distill: more than all probability',
    method: 'distill',
    rows: [
      {
        prompt: 'a',
        completion_ids: [5],
        teacher_logprobs: [
          [
            [3, -0.1],
            [4, -0.1],
          ],
        ],
      },
    ],
    error: /rows\.jsonl:1: "teacher_logprobs" adds up to a probability of 1\.8/,
  },
  {
    name: 'an id outside the vocabulary',
    rows: [{ prompt: 'a', completion_ids: [5, 9999] }],
    error: /rows\.jsonl:1: "completion_ids" must hold whole numbers from 0 to 23/,
  },
  {
    name: 'a span beyond the completion',
    rows: [{ prompt: 'a', completion_ids: [5, 6], forced: [[1, 3]] }],
    error: /no row is left to train on; the first: .*rows\.jsonl:1: "forced" ends at 3 of 2 tokens, cut it to them/,
  },
  {
    name: 'moments of other weights',
    args: async () => {
      const moments = join(folder, 'moments-of-two.gguf')
      const lora = ['--lora-rank', 2, '--optimizer-out', moments]
      await train('sft', await randomModel('plain'), rowsFile('rows.jsonl', [good]), join(folder, 'for-moments.gguf'), lora)
      return ['--optimizer-in', moments, '--lora-rank', 3]
    },
    error: /moments-of-two\.gguf: is the optimizer state of other weights \(blk\.0\.attn_q\.weight\.lora_a\)/,
  },
  {
    name: 'grpo: one sample',
    method: 'grpo',
    rows: [{ prompt: 'a', completions: [{ text: 'b', reward: 1, logprobs: [-1, -1] }] }],
    error: /rows\.jsonl:1: "completions" must be an array of at least two/,
  },
  {
    name: 'grpo: logprobs of another length',
    method: 'grpo',
    error: /rows\.jsonl:1: "logprobs" holds 1 numbers for 2 tokens/,
    rows: [
      {
        prompt: 'a',
        completions: [
          { text: 'b', reward: 1, logprobs: [-1] },
          { text: 'c', reward: 0, logprobs: [-1] },
        ],
      },
    ],
  },
  { name: 'no such model', model: async () => join(folder, 'absent.gguf'), error: /absent\.gguf/ },
  { name: 'a model that is no GGUF', model: async () => text('foreign.gguf', 'hello, I am text'), error: /foreign\.gguf: not a GGUF file/ },
  {
    name: 'an unsupported architecture',
    model: async () => {
      const bytes = readFileSync(await randomModel('plain')).toString('latin1')
      const path = join(folder, 'gemma.gguf')
      writeFileSync(path, Buffer.from(bytes.replace('llama', 'gemma'), 'latin1')) // general.architecture comes first
      return path
    },
    error:
      /gemma\.gguf: architecture "gemma" cannot be trained\. Supported: exaone4, gemma2, gemma3, granite, granitemoe, lfm2, llama, minicpm, mistral3, olmo2, phi3, qwen2, qwen3, qwen3moe, smollm3/,
  },
  {
    name: 'a key that libllama reads and the trainer does not',
    model: async () => {
      const bytes = readFileSync(await randomModel('plain', { keys: { 'attention.causaX': false } })).toString('latin1')
      const path = join(folder, 'spoiled.gguf')
      writeFileSync(path, Buffer.from(bytes.replace('attention.causaX', 'attention.causal'), 'latin1'))
      return path
    },
    error: /spoiled\.gguf: the key llama\.attention\.causal is in use, the trainer does not know it/,
  },
  {
    name: 'an unknown target',
    args: () => ['--lora-rank', 2, '--lora-targets', 'attn_q,mlp'],
    error: /no LoRA target "mlp"\. Targets: attn_q, /,
  },
  ...(
    [
      ['--clip', -1],
      ['--workers', 5000],
      ['--threads', 5000],
      ['--batch', 1e9],
      ['--epochs', '1e300'],
      ['--epochs', -1],
      ['--lr', 'NaN'],
      ['--lr', 'inf'],
      ['--weight-decay', -1],
      ['--val-every', -5],
      ['--seed', -1],
      ['--serving-context', -1],
      ['--activation-memory', 999_999_999],
      ['--warmup', 2_147_483_648],
      ['--ema', 'nan'],
      ['--batch', '0x10'],
      ['--progress', 'abc'],
      ['--lora-targets', 'attn_q'],
      ['--checkpoint-share', 'nan'],
      ['--lora-rank-stabilized', '--lora-alpha=3'],
    ] as const
  ).map(([flag, value]): Case => ({ name: `${flag} ${value}`, args: () => [flag, value], error: new RegExp(`llama-train: .*${flag} `) })),
  {
    name: 'a result in place of the rows, or of another result',
    args: () => ['--optimizer-out', out],
    error: /out\.gguf: --out is the file of --optimizer-out too, which would be lost: name another for --out/,
  },
  {
    name: 'the rows by another name',
    args: () => ['--metrics', join(folder, '.', 'rows.jsonl')],
    error: /rows\.jsonl: --metrics is the file/,
  },
  { name: "a terminal's orders", args: () => ['--date', '\u001b[2J\u202e'], error: /not "\\x1b\[2J\\xe2.*"/ },
  { name: 'an unknown schedule', args: () => ['--schedule', 'wavy'], error: /no schedule "wavy"\. Schedules: cosine, linear, constant/ },
  { name: 'an unknown type', args: () => ['--type', 'Q99'], error: /no type "Q99" for --type\. Types: f32, / },
  { name: 'NaN loss', args: () => ['--lr', 1e30, '--clip', 0, '--steps', 20], error: /the loss is not a number at step \d+, lower --lr/ },
  { name: 'a full disk', args: () => ['--out', '/dev/full'], error: /\/dev\/full: cannot be written \(No space left on device\)/ },
  {
    name: 'no such folder',
    args: () => ['--out', join(folder, 'absent/out.gguf')],
    error: /cannot be written \(.*absent: No such file or directory\)/,
  },
  { name: 'resume without a place', args: () => ['--resume'], error: /--resume needs --checkpoint-dir/ },
  { name: 'an unknown method', method: 'ppo', error: /no method "ppo"\. Methods: sft, dpo, simpo, orpo, kto, grpo, distill/ },
  {
    name: 'an adapter of another rank',
    error: /adapter-2\.gguf: has rank 2 and alpha 4, go on with these or leave --lora-rank and --lora-alpha out/,
    args: async () => {
      await train('sft', await randomModel('plain'), rowsFile('rows.jsonl', [good]), join(folder, 'adapter-2.gguf'), ['--lora-rank', 2])
      return ['--lora-init', join(folder, 'adapter-2.gguf'), '--lora-rank', 3]
    },
  },
  {
    name: 'an adapter of another alpha, rank-stabilized',
    error: /adapter-rs\.gguf: has rank 4 and alpha 6, go on with these/,
    args: async () => {
      const flags = ['--lora-rank', 4, '--lora-rank-stabilized', '--lora-alpha', 3]
      const made = join(folder, 'adapter-rs.gguf')
      await train('sft', await randomModel('plain'), rowsFile('rows.jsonl', [good]), made, flags)
      // the very flags that made it are right
      await train('sft', await randomModel('plain'), rowsFile('rows.jsonl', [good]), join(folder, 'on.gguf'), [
        ...flags,
        '--lora-init',
        made,
      ])
      return ['--lora-init', made, '--lora-rank', 4, '--lora-rank-stabilized', '--lora-alpha', 4]
    },
  },
  {
    name: 'an adapter for another model',
    error: /was made for another model/,
    args: async () => {
      const wide = await randomModel('wide', { embedding_length: 64 })
      await train('sft', wide, rowsFile('rows.jsonl', [good]), join(folder, 'adapter.gguf'), ['--lora-rank', 2])
      return ['--lora-init', join(folder, 'adapter.gguf')]
    },
  },
]
for (const { name, method = 'sft', rows = [good], data, model, args, error } of cases) {
  it(name, async () => {
    const flags = args ? await args() : []
    const file = data ? data() : rowsFile('rows.jsonl', rows)
    const before = readdirSync(folder)
    const base = model ? await model() : await randomModel('plain')
    const result = await tool('llama-train', [
      method,
      '-m',
      base,
      '--data',
      file,
      '--out',
      out,
      '--workers',
      1,
      '--progress',
      'none',
      ...flags,
    ])
    assert.is(result.exitCode, 1, result.stderr)
    assert.match(result.stderr, error)
    assert.is(result.stderr.trim().split('\n').length, 1, result.stderr)
    assert.match(result.stderr, /^llama-train: /)
    assert.not(existsSync(out))
    assert.equal(
      readdirSync(folder).filter((file) => file.endsWith('.tmp') && !before.includes(file)),
      [],
    )
  })
}

it('llama-init refuses an unsupported architecture with the list of supported ones', async () => {
  const spec = text('gpt2.json', readFileSync(join(folder, 'plain.json'), 'utf8').replace('llama', 'gpt2'))
  const result = await tool('llama-init', ['--spec', spec, '--out', out])
  assert.is(result.exitCode, 1)
  assert.match(result.stderr, /gpt2\.json: architecture "gpt2" cannot be trained\. Supported: exaone4, /)
})

it('NaN keeps the last good checkpoint', async () => {
  const model = await randomModel('plain')
  const checkpoints = join(folder, 'nan')
  const result = await tool('llama-train', [
    'sft',
    '-m',
    model,
    '--data',
    rowsFile('rows.jsonl', [good]),
    '--out',
    out,
    '--workers',
    1,
    '--progress',
    'none',
    '--lr',
    1e30,
    '--clip',
    0,
    '--steps',
    20,
    '--checkpoint-dir',
    checkpoints,
    '--checkpoint-every',
    1,
  ])
  assert.match(result.stderr, /the last good checkpoint is .*checkpoint\.gguf/)
  assert.ok(existsSync(join(checkpoints, 'checkpoint.gguf')))
})

it('rows that do not fit are skipped and counted', async () => {
  const spanned = { prompt: 'a', completion_ids: [5, 6], forced: [[1, 3]] }
  const rows = [good, { prompt: '1'.repeat(80), completion: '2' }, { prompt: 'Ω', completion: '2' }, spanned]
  const metrics = await train('sft', await randomModel('plain'), rowsFile('rows.jsonl', rows), join(folder, 'skips.gguf'), [])
  assert.is(metrics.at(-1)?.['skipped_rows'], 3)
  assert.is(readLines(join(folder, 'skips.gguf.jsonl')).at(-1)?.done, true)
})
run()
