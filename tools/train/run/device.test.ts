// On a device the same is learned as on the CPU: loss curves side by side, on a fake device (fast) and on Mesa's software Vulkan device.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { fakeDevice, softwareDevice, type TestDevice } from '../device.ts'
import { folder, randomModel, randomNumbers, readLines, rowsFile, toolSuite, train, type Line } from '../test-model.ts'

const { it, run } = toolSuite('device')
const random = randomNumbers(11)
const digits = (n: number) => Array.from({ length: n }, () => Math.floor(random() * 10)).join('')
const rows = Array.from({ length: 64 }, () => ({
  prompt: `${digits(4)}=`,
  completion: digits(1 + Math.floor(random() * 6)),
  weight: 0.5 + random(),
}))
const pairs = rows.map(({ prompt, completion }) => ({ prompt, chosen: completion, rejected: digits(3) }))
const samples = rows.map(({ prompt }) => ({
  prompt,
  completions: [digits(2), digits(3), digits(2)].map((text, i) => ({
    text,
    reward: [1, 0, 0.5][i],
    logprobs: [...text, 'end'].map(() => -2 - random()),
  })),
}))
const base = { embedding_length: 32, block_count: 2, feed_forward_length: 48, head_count: 4, head_count_kv: 2 }

type Case = { method: string; data: object[]; spec: Record<string, unknown>; args: (string | number)[]; type?: string }
const cases: Record<string, Case> = {
  'SFT, all weights': { method: 'sft', data: rows, spec: {}, args: [] },
  'SFT, LoRA on every matrix': { method: 'sft', data: rows, spec: {}, args: ['--lora-rank', 4, '--lora-targets', 'all,token_embd,output'] },
  'SFT in chunks of the head': { method: 'sft', data: rows, spec: {}, args: ['--micro-batch', 16] },
  'SFT, LoRA on a Q8_0 base': { method: 'sft', data: rows, spec: {}, type: 'Q8_0', args: ['--lora-rank', 4] },
  'SFT, LoRA on an F16 base with a window (gemma3)': {
    method: 'sft',
    data: rows,
    spec: { architecture: 'gemma3', ...base, head_size: 16 },
    type: 'F16',
    args: ['--lora-rank', 4],
  },
  'SFT, short convolutions (lfm2)': {
    method: 'sft',
    data: rows,
    spec: {
      architecture: 'lfm2',
      ...base,
      head_count_kv: 2,
      keys: { 'attention.head_count_kv': [0, 2], 'shortconv.l_cache': 3 },
    },
    args: [],
  },
  'DPO, LoRA': { method: 'dpo', data: pairs, spec: {}, args: ['--lora-rank', 4] },
  GRPO: { method: 'grpo', data: samples, spec: {}, args: [] },
  'SFT, capped logits (gemma2)': {
    method: 'sft',
    data: rows,
    spec: { architecture: 'gemma2', ...base, head_size: 16 },
    args: ['--lora-rank', 4],
  },
}

type Args = (string | number)[]
async function startOn(device: TestDevice, method: string, model: string, data: string, out: string, args: Args, env = {}) {
  const files = [method, '-m', model, '--data', data, '--out', out, '--metrics', `${out}.jsonl`]
  const common = ['--workers', 1, '--threads', 1, '--progress', 'none', '-ngl', 99]
  const flags = [...files, ...common, ...args].map(String)
  return execa(join(device.folder, 'llama-train'), flags, { env: { ...device.env, ...env }, reject: false })
}

async function onDevice(device: TestDevice, method: string, model: string, data: string, out: string, args: Args, env = {}) {
  const result = await startOn(device, method, model, data, out, args, env)
  assert.is(result.exitCode, 0, `${result.signal} ` + result.stderr.split('\n').slice(-3).join('\n'))
  return Object.assign(readLines(`${out}.jsonl`), { stderr: result.stderr })
}

const losses = (lines: Line[]) => lines.filter((line) => line['loss'] !== undefined).map((line) => line['loss'] as number)
const farthest = (a: number[], b: number[]) => Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number)) / Math.abs(value)))

const fake = await fakeDevice()
const software = softwareDevice()
if (software === null)
  process.stdout.write(
    '\nSKIP device: no software Vulkan device (Debian: apt-get install mesa-vulkan-drivers; then `npx nx run tools:build --gpu-libraries=vulkan`)\n',
  )

for (const [what, { method, data, spec, args, type }] of Object.entries(cases))
  it(`${what}: 50 steps as on the CPU`, async () => {
    const name = `device-${Object.keys(cases).indexOf(what)}`
    const model = await randomModel(name, spec, type)
    const file = rowsFile(`${name}.jsonl`, data as Record<string, unknown>[])
    const settings = ['--steps', 50, '--batch', 16, '--lr', 1e-3, ...args]
    const cpu = losses(await train(method, model, file, join(folder, `${name}-cpu.gguf`), settings))
    const device = losses(await onDevice(fake, method, model, file, join(folder, `${name}-fake.gguf`), settings))
    assert.is(device.length, 50)
    assert.ok(farthest(cpu, device) < 2e-3, `${farthest(cpu, device)}: ${device.slice(0, 5)} against ${cpu.slice(0, 5)}`)
    assert.ok((cpu.at(-1) as number) < (cpu[0] as number), 'nothing was learned')
  })

it('killed and resumed on the device: the same weights, bit for bit', async () => {
  const model = await randomModel('device-resume')
  const data = rowsFile('device-resume.jsonl', rows)
  const settings = ['--steps', 12, '--batch', 8, '--lora-rank', 2]
  const whole = join(folder, 'device-whole.gguf')
  await onDevice(fake, 'sft', model, data, whole, settings)
  const parts = join(folder, 'device-parts.gguf')
  const kept = ['--checkpoint-dir', join(folder, 'device-checkpoints'), '--checkpoint-every', 5, '--resume']
  await onDevice(fake, 'sft', model, data, parts, [...settings, ...kept, '--save-every', 4])
  await onDevice(fake, 'sft', model, data, parts, [...settings, ...kept]) // from step 10
  assert.ok(readFileSync(whole).equals(readFileSync(parts)))
})

type Closing = { device_mib: { planned: number; used: number } }
it('what a micro-batch takes is foreseen, and smaller ones are chosen where memory is short', async () => {
  const model = await randomModel('device-memory', { ...base, embedding_length: 128, feed_forward_length: 256, context_length: 512 })
  const long = Array.from({ length: 24 }, () => ({ prompt: `${digits(4)}=`, completion: digits(300) }))
  const data = rowsFile('device-memory.jsonl', long)
  const settings = ['--steps', 2, '--batch', 24, '--lora-rank', 2, '--unchecked']
  const losses_of: number[][] = []
  const used: number[] = []
  for (const memory of [2048, 96]) {
    const lines = await onDevice(fake, 'sft', model, data, join(folder, `memory-${memory}.gguf`), settings, { FAKE_MEMORY: String(memory) })
    assert.is(lines.stderr, '')
    const { device_mib: mib } = lines.at(-1) as unknown as Closing
    assert.ok(mib.used <= mib.planned && mib.planned < memory, `${mib.used} MiB used, ${mib.planned} planned, ${memory} there`)
    used.push(mib.used)
    losses_of.push(losses(lines))
  }
  assert.ok((used[1] as number) < (used[0] as number), String(used))
  assert.ok(farthest(losses_of[0] as number[], losses_of[1] as number[]) < 1e-3, String(losses_of))
})

it('a graph is built once for each shape and kept; where memory holds only one at a time, the same comes out', async () => {
  const model = await randomModel('device-kept')
  const alike = rows.map(({ prompt }) => ({ prompt, chosen: digits(3), rejected: digits(3) }))
  const data = rowsFile('device-kept.jsonl', alike)
  // so much is planned for that a device of 40 MiB gives every graph up for the next
  const settings = ['--steps', 12, '--batch', 16, '--lr', 1e-3, '--lora-rank', 2, '--unchecked', '--activation-memory', 64]
  const found: { losses: number[]; graphs: number }[] = []
  for (const memory of [1024, 40]) {
    const env = { FAKE_MEMORY: String(memory) }
    const lines = await onDevice(fake, 'dpo', model, data, join(folder, `kept-${memory}.gguf`), settings, env)
    found.push({ losses: losses(lines), graphs: (lines.at(-1) as Line)['device_graphs'] as number })
  }
  const [roomy, short] = found as [(typeof found)[0], (typeof found)[0]]
  // the reference's log-probabilities of all rows; each step's, and its gradient
  assert.ok(roomy.graphs <= 4, `${roomy.graphs} graphs built`)
  assert.ok(short.graphs >= 2 * 12, `${short.graphs} graphs built`)
  assert.equal(short.losses, roomy.losses)
})

it('out of memory: once more and smaller by itself; then, and before the weights, what is short and what to lower', async () => {
  const model = await randomModel('device-oom', { ...base, embedding_length: 128, feed_forward_length: 256, context_length: 512 })
  const long = Array.from({ length: 24 }, () => ({ prompt: `${digits(4)}=`, completion: digits(300) }))
  const data = rowsFile('device-oom.jsonl', long)
  const out = join(folder, 'oom.gguf')
  const ask = async (memory: number, ...args: Args) =>
    startOn(fake, 'sft', model, data, out, ['--steps', 2, '--batch', 24, '--unchecked', ...args], { FAKE_MEMORY: String(memory) })
  // more than is there is asked for: half of it fits
  const smaller = await ask(130, '--lora-rank', 2, '--activation-memory', 4096)
  assert.is(smaller.exitCode, 0, smaller.stderr)
  assert.match(
    smaller.stderr,
    /no room for a micro-batch of \d+ tokens .*: once more with half the micro-batch, computing activations twice/,
  )
  const never = await ask(6, '--lora-rank', 2)
  assert.is(never.exitCode, 1)
  assert.match(
    never.stderr,
    /llama-train: the GPU has no room for a micro-batch of \d+ tokens \(\d+ MiB are free\), use a lower --micro-batch/,
  )
  const weights = await ask(2)
  assert.is(weights.exitCode, 1)
  assert.match(weights.stderr, /the GPU has 2 MiB free, and \d+ MiB are needed for the weights in F32, their gradients and .*--lora-rank/)
})

it('a device that is lost ends the run with what to do, and the checkpoint goes on', async () => {
  const model = await randomModel('device-lost')
  const data = rowsFile('device-lost.jsonl', rows)
  const out = join(folder, 'lost.gguf')
  const settings = ['--steps', 8, '--batch', 8, '--lora-rank', 2, '--unchecked']
  const kept = ['--checkpoint-dir', join(folder, 'lost-checkpoints'), '--checkpoint-every', 2, '--resume']
  const lost = await startOn(fake, 'sft', model, data, out, [...settings, ...kept], { FAKE_LOST: '14' })
  assert.is(lost.exitCode, 1)
  assert.match(lost.stderr, /^llama-train: the GPU (stopped computing|could not compute).*(--resume|--n-gpu-layers)/)
  const lines = await onDevice(fake, 'sft', model, data, out, [...settings, ...kept])
  assert.ok(((lines.at(-1) as Record<string, number>)['resumed'] as number) >= 2)
})

if (software)
  for (const what of ['SFT, all weights', 'DPO, LoRA'])
    it(`${what}: as on the CPU on Mesa's software device`, async () => {
      const { method, data, args } = cases[what] as Case
      const model = await randomModel('device-software')
      const file = rowsFile('device-software.jsonl', data as Record<string, unknown>[])
      const settings = ['--steps', 3, '--batch', 4, '--lr', 1e-3, ...(method === 'dpo' ? ['--unchecked'] : []), ...args]
      const cpu = losses(await train(method, model, file, join(folder, 'software-cpu.gguf'), settings))
      const device = losses(await onDevice(software, method, model, file, join(folder, 'software.gguf'), settings))
      assert.ok(farthest(cpu, device) < 2e-3, `${farthest(cpu, device)}`)
    })

run()
