import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hash, runBatch, writeAtomic } from '@whetstone/core'
import { z } from 'zod'
import { toolFolder, type Accelerator } from './accelerator.ts'
import { driverState } from './candidates.ts'

/** Tokens sampled a second, by what they depend on: library, devices, driver and the model's size to a factor of two. */
const Trials = z.record(z.string(), z.object({ cpu: z.number(), device: z.number() }))

/** Seconds that each side of a trial may take. */
const limit = 5

export type TrySpeed = { folder?: string; signal?: AbortSignal; measure?: typeof sampleRate }

/** Whether a small model is sampled faster on the accelerator than on the CPU: tried once, ten seconds at most, and again where driver, devices or library changed. */
export async function fasterOnDevice(
  model: { path: string; parameters: number },
  { library, devices }: Accelerator,
  { folder = toolFolder, signal, measure = sampleRate }: TrySpeed = {},
): Promise<boolean> {
  const file = join(folder, 'trials.json')
  const parsed = Trials.safeParse(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {})
  const known = parsed.success ? parsed.data : {}
  const size = Math.round(Math.log2(Math.max(1, model.parameters)))
  const key = hash([
    library,
    devices.map(({ description, memory_total: memory }) => `${description} ${memory}`),
    driverState(),
    String(size),
  ])
  if (!known[key]) {
    const cpu = await measure(model.path, 0, signal)
    known[key] = { cpu, device: await measure(model.path, 999, signal) }
    writeAtomic(file, JSON.stringify(known))
  }
  const { cpu, device } = known[key]
  return device > cpu
}

/** Tokens a second, starting and loading counted; as far as it came within the limit. */
async function sampleRate(path: string, layers: number, signal?: AbortSignal): Promise<number> {
  const over = AbortSignal.timeout(limit * 1000)
  const rows = Array.from({ length: 32 }, (_, id) => ({ id, prompt: `${id}=`, n: 2, temperature: 1, max_tokens: 64 }))
  const flags = ['-m', path, '-np', '32', '-c', '128', '-ngl', String(layers)]
  const started = performance.now()
  let tokens = 0
  try {
    for await (const row of runBatch('llama-sample', rows, { flags, signal: signal ? AbortSignal.any([signal, over]) : over }))
      tokens += z.object({ completion_tokens: z.number() }).parse(row).completion_tokens
  } catch {
    signal?.throwIfAborted()
    if (!over.aborted) return 0 // what does not run here is not faster
  }
  return tokens / ((performance.now() - started) / 1000)
}
