// Rounds of a random Qwen3-shaped model whose answers a seeded coin passes, with thinking on, off and budgeted: the trainer's log-probabilities are the sampler's, and the file that is
// served is what was trained. `PARITY=20M` tries it at 20 million parameters.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import type { Reasoning, Round, Task } from '@whetstone/core'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-parity-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['WHETSTONE_PROGRESS'] = 'none'
const { hash, paths, plugin, root } = await import('@whetstone/core')
const { describeGguf } = await import('@whetstone/inference')
const { readGguf } = await import('@whetstone/inference/read-gguf.ts')
const { default: llamaSample } = await import('@whetstone/inference/backends/llama-sample.ts')
const { default: rows } = await import('@whetstone/datasets/formats/llama-train.ts')
const { default: passed } = await import('@whetstone/harvest/filters/passed.ts')
const { openRun } = await import('@whetstone/runs')
const { default: direct } = await import('@whetstone/solvers/solvers/direct.ts')
const { fixedTaskset } = await import('@whetstone/tasks')
const { default: llamaTrain } = await import('@whetstone/training/trainers/llama-train.ts')
const { default: always } = await import('@whetstone/gates/gates/always.ts')
const { defineRecipe } = await import('@whetstone/recipe/load-recipe.ts')
const { cycle } = await import('./cycle.ts')
type Serve = NonNullable<Parameters<typeof defineRecipe>[0]['serve']>

const test = suite('what is trained is what is served, over a round')
const needed = ['llama-init', 'llama-train', 'llama-sample', 'llama-score', 'llama-export-lora', 'llama-quantize', 'llama-imatrix']
const source =
  existsSync(join(root, 'tools/build')) && readdirSync(join(root, 'tools/build')).find((name) => /^llama\.cpp-[\d.]+$/.test(name))
const missing = [...needed.filter((tool) => !existsSync(paths.tool(tool))), ...(source ? [] : ["llama.cpp's source"])]
if (missing.length > 0)
  process.stdout.write(`\nSKIP parity over a round: ${missing.join(', ')} not there: run \`npx nx run tools:build --tool=${needed}\`\n`)
const large = process.env['PARITY'] === '20M'

const characters = [...'0123456789+-*/=.,:;!?()<>|_ \nabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((c) =>
  c === ' ' ? '\u2581' : c,
)
/** Tells the day in the prompt, as Llama 3's do. */
const dated: Record<string, string> = {
  dated:
    '{{ strftime_now("%d %b %Y") }}.{% for m in messages %}{{ m.content }}{% if m.role == "assistant" %}<|im_end|>{% endif %}:{% endfor %}',
}

/** With Qwen3's own template, whose model opens the think block itself, or with QwQ's, which opens it in the prompt. */
function makeModel(template: string): string {
  const [spec, out] = [join(scratch, 'spec.json'), join(scratch, `${template}.gguf`)]
  if (existsSync(out)) return out
  writeFileSync(
    spec,
    JSON.stringify({
      architecture: 'qwen3',
      name: 'random qwen3',
      context_length: 1024,
      rms_eps: 1e-6,
      rope_freq_base: 1e6,
      ...(large
        ? { embedding_length: 384, block_count: 12, feed_forward_length: 1152, head_count: 6, head_count_kv: 2, head_dim: 64 }
        : { embedding_length: 256, block_count: 2, feed_forward_length: 256, head_count: 4, head_count_kv: 2, head_dim: 64 }),
      tied_embeddings: true,
      scales: { embedding: 0.1, gain_deviation: 0.2 },
      tokenizer: {
        model: 'llama',
        tokens: ['<unk>', '<|endoftext|>', '<|im_start|>', '<|im_end|>', '<think>', '</think>', ...characters],
        types: [2, 3, 3, 3, 4, 4, ...characters.map(() => 1)],
        bos: 1,
        eos: 3,
        unk: 0,
      },
      chat_template:
        dated[template] ?? readFileSync(join(root, 'tools/build', source as string, 'models/templates', `${template}.jinja`), 'utf8'),
    }),
  )
  execFileSync(paths.tool('llama-init'), ['--spec', spec, '--seed', '5', '--out', out], { stdio: 'pipe' })
  return out
}

const tasks = (split: Task['split'], count: number): Task[] =>
  Array.from({ length: count }, (_, i) => ({
    ...{ id: `${split}-${i}`, taskset: 'coin', split, prompt: `What comes after ${split} ${i}?`, reference: '', level: 1 },
    ...{ cluster: `${split}-${i}`, metadata: {} },
  }))
/** Whatever is answered, a coin that the answer's text throws decides. */
const coin = plugin({
  name: 'coin',
  about: 'passes a seeded half of all answers',
  settings: z.strictObject({}),
  make: () =>
    fixedTaskset({
      name: 'coin',
      about: 'passes a seeded half of all answers',
      read: (split) => tasks(split, split === 'train' ? 12 : 6),
      grade: (task, answer) => {
        const right = Number.parseInt(hash(['seed 7', task.id, answer]).slice(0, 8), 16) % 2 === 0
        return { reward: right ? 1 : 0, passed: right, parts: {}, reason: 'a coin', feedback: '' }
      },
    }),
})

type How = { reasoning: Reasoning; serve: Serve; weights?: 'full' | 'lora'; template?: string; until?: number }

async function rounds(run: string, { reasoning, serve, weights = 'lora', template = 'Qwen-Qwen3-0.6B', until = 1 }: How): Promise<Round[]> {
  const model = makeModel(template)
  const recipe = defineRecipe({
    name: 'parity',
    about: '',
    model,
    backend: llamaSample(),
    solver: direct(),
    trainer: llamaTrain({ weights, loraRank: 4, epochs: 2, batch: 8, learningRate: weights === 'full' ? 2e-4 : 2e-3 }),
    gate: always(),
    courses: [{ taskset: coin(), train: 12, samples: 4, validation: 6 }],
    memory: null,
    harvest: [passed()],
    formats: [rows()],
    serve,
    sampling: { temperature: 1, maxTokens: 96, reasoning },
    settings: { chunk: 48, concurrency: 8, context: 512, gpu: 'off', pairs: 0, probe: { tasks: 0 } },
  })
  return cycle({
    recipe,
    run,
    base: await describeGguf(model),
    until: { rounds: until },
    seedGiven: false,
    threads: 2,
    signal: new AbortController().signal,
    report: async () => {},
    finished: () => {},
    print: () => {},
  })
}

const it = (what: string, check: () => Promise<void>) =>
  test(what, async () => {
    if (missing.length === 0) await check()
  })
const say = (what: string, round: Round | undefined) =>
  process.env['PARITY'] && process.stdout.write(`\n${what}: ${JSON.stringify(round?.parity)}\n`)
const servedBy = (run: string) => openRun(run).incumbent()?.model

for (const { name, ...how } of [
  { name: 'thinking on, an adapter', reasoning: 'on', serve: 'adapter' },
  { name: 'thinking off, merged', reasoning: 'off', serve: 'merged' },
  { name: 'a template that tells the date', reasoning: 'on', serve: 'adapter', template: 'dated' },
  { name: 'thinking budgeted, all weights', reasoning: { budget: 12 }, serve: 'adapter', weights: 'full', template: 'Qwen-QwQ-32B' },
] as const)
  it(`${name}: sampler, trainer and served file agree`, async () => {
    const run = name.replaceAll(/\W+/g, '-')
    const [round] = await rounds(run, how)
    say(name, round)
    const { own, served } = round?.parity ?? {}
    assert.ok(own && own.rows >= 16 && own.tokens > 200, JSON.stringify(own))
    assert.ok(own.maxAbs < 0.02 && own.maxAbs > 0, `own: ${own.maxAbs}`)
    assert.ok(served && served.maxAbs < 0.02 && served.topAgreement > 0.98, JSON.stringify(served))
    if (name.endsWith('date'))
      for await (const { calls } of openRun(run).round(1).traces.rows()) assert.match(calls?.[0]?.promptText ?? '', /01 Jan 2026\./)
    const forced = (await Array.fromAsync(openRun(run).round(1).traces.rows())).filter(({ calls }) => calls?.[0]?.forced.length)
    assert.ok(typeof how.reasoning === 'object' ? forced.length > 20 : forced.length === 0, `${forced.length} of 48 were closed by force`)
    assert.is(servedBy(run)?.id, round?.candidate?.id)
    assert.is(servedBy(run)?.adapter === null, how.serve === 'merged' || 'weights' in how)
  })

it('quantized: that file is sampled, gated and served, and the next round trains what it was made of', async () => {
  const done = await rounds('quantized', { reasoning: 'off', serve: { quantize: 'Q4_K_M' }, until: 2 })
  const [first, second] = done
  for (const round of done) say(`round ${round.round}, Q4_K_M`, round)
  const model = servedBy('quantized')
  assert.is(model?.quantization, 'Q4_K_M')
  assert.is(readGguf(model?.path as string).metadata.get('quantize.imatrix.entries_count') !== undefined, true)
  assert.ok(existsSync(model?.master?.adapter as string))
  const served = first?.parity?.served
  assert.ok(served && served.maxAbs > 0.02 && served.meanAbs < 1, JSON.stringify(served))
  assert.ok((first?.parity?.own?.maxAbs ?? 1) < 0.02)
  const arms = openRun('quantized').round(2)
  for await (const trace of arms.traces.rows()) assert.is(trace.policy.model, first?.candidate?.id)
  // round 2 was sampled from the quantized file and trains the weights behind it: the difference is the quantization's
  assert.ok((second?.parity?.own?.maxAbs ?? 0) > 0.02)
})

it('an adapter served at half its scale is another model than the one trained, and the figure says so', async () => {
  const [round] = await rounds('half', { reasoning: 'off', serve: { adapter: 0.5 } })
  say('scale 0.5', round)
  assert.ok((round?.parity?.own?.maxAbs ?? 1) < 0.02)
  assert.ok((round?.parity?.served?.maxAbs ?? 0) > 0.02)
  assert.is(servedBy('half')?.adapterScale, 0.5)
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
