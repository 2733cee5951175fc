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

type Case = { method: string; data: object[]; spec: Record<string, unknown>; args: (string | number)[] }
const cases: Record<string, Case> = {
  'SFT, all weights': { method: 'sft', data: rows, spec: {}, args: [] },
  'SFT, LoRA on every matrix': { method: 'sft', data: rows, spec: {}, args: ['--lora-rank', 4, '--lora-targets', 'all,token_embd,output'] },
  'SFT in chunks of the head': { method: 'sft', data: rows, spec: {}, args: ['--micro-batch', 16] },
  'DPO, LoRA': { method: 'dpo', data: pairs, spec: {}, args: ['--lora-rank', 4] },
  GRPO: { method: 'grpo', data: samples, spec: {}, args: [] },
  'SFT, capped logits (gemma2)': {
    method: 'sft',
    data: rows,
    spec: { architecture: 'gemma2', ...base, head_size: 16 },
    args: ['--lora-rank', 4],
  },
}

async function onDevice(
  device: TestDevice,
  method: string,
  model: string,
  data: string,
  out: string,
  args: (string | number)[],
): Promise<Line[]> {
  const metrics = `${out}.jsonl`
  const common = [
    method,
    '-m',
    model,
    '--data',
    data,
    '--out',
    out,
    '--metrics',
    metrics,
    '--workers',
    1,
    '--threads',
    1,
    '--progress',
    'none',
    '-ngl',
    99,
  ]
  const start = () => execa(join(device.folder, 'llama-train'), [...common, ...args].map(String), { env: device.env, reject: false })
  let result = await start()
  // Mesa 22.3's software device dies now and then in a thread of its own; no other signal, and no other device, is given another try
  for (let tries = 1; device.name === 'vulkan' && result.signal === 'SIGSEGV' && tries < 3; tries++) result = await start()
  assert.is(result.exitCode, 0, `${result.signal} ` + result.stderr.split('\n').slice(-3).join('\n'))
  return readLines(metrics)
}

const losses = (lines: Line[]) => lines.filter((line) => line['loss'] !== undefined).map((line) => line['loss'] as number)
const farthest = (a: number[], b: number[]) => Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number)) / Math.abs(value)))

const fake = await fakeDevice()
const software = softwareDevice()
if (software === null)
  process.stdout.write(
    '\nSKIP device: no software Vulkan device (Debian: apt-get install mesa-vulkan-drivers; then `npx nx run tools:build --gpu-libraries=vulkan`)\n',
  )

for (const [what, { method, data, spec, args }] of Object.entries(cases))
  it(`${what}: 50 steps as on the CPU`, async () => {
    const name = `device-${Object.keys(cases).indexOf(what)}`
    const model = await randomModel(name, spec)
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

if (software)
  for (const what of ['SFT, all weights', 'DPO, LoRA'])
    it(`${what}: as on the CPU on Mesa's software device`, async () => {
      const { method, data, args } = cases[what] as Case
      const model = await randomModel('device-software')
      const file = rowsFile('device-software.jsonl', data as Record<string, unknown>[])
      // without the check against libllama: Mesa 22.3 dies in a thread of its own in half of the runs that load a second model
      const settings = ['--steps', 3, '--batch', 4, '--lr', 1e-3, '--unchecked', ...args]
      const cpu = losses(await train(method, model, file, join(folder, 'software-cpu.gguf'), settings))
      const device = losses(await onDevice(software, method, model, file, join(folder, 'software.gguf'), settings))
      assert.ok(farthest(cpu, device) < 2e-3, `${farthest(cpu, device)}`)
    })

run()
