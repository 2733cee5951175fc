import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, root } from '@whetstone/core'
import { ensureTools, extractSource, findAccelerator, neededTools, toolFolder } from '@whetstone/native'

export type StageDevice = 'auto' | 'cpu' | 'cuda' | 'vulkan'

/** Where results and models of the stages lie, whoever runs them. */
const folder = join(root, 'tools/build/bench')

/** The stages of tools/bench/stages.json, run by the program that tools/bench-gpu.sh runs on machines without Node. */
export async function benchStages(options: {
  device: StageDevice
  small: boolean
  only?: string
  json?: string
  signal: AbortSignal
}): Promise<void> {
  const { device, small, only, json, signal } = options
  await ensureTools([...neededTools, 'llama-probe', 'llama-bench', 'llama-batched-bench'], { signal })
  const kind = device === 'cpu' ? 'cpu' : await acceleratorKind(device, signal)
  const python = withTorch() ?? 'python3'
  const args = [join(root, 'tools/bench/run-stages.py'), '--bin', toolFolder, '--out', folder, '--device', kind, '--python', python]
  args.push('--source', await extractSource(signal), ...(small ? ['--small'] : []), ...(only ? ['--only', only] : []))
  if (json && json !== '-') args.push('--json', json)
  const child = spawn('python3', args, { stdio: ['ignore', json === '-' ? 2 : 'inherit', 'inherit'], signal })
  const [code] = (await once(child, 'exit').catch((error: Error) => {
    signal.throwIfAborted()
    throw new BadInput(`python3 runs the stages and cannot be started: ${error.message}`)
  })) as [number | null]
  if (code !== 0) throw new BadInput(`the stages ended with ${code ?? 'a signal'}; what is done is kept in ${folder}`)
  if (json === '-') process.stdout.write(readFileSync(join(folder, 'results.json'), 'utf8'))
}

async function acceleratorKind(device: Exclude<StageDevice, 'cpu'>, signal: AbortSignal): Promise<string> {
  const { accelerator, refused } = await findAccelerator(device, { signal })
  for (const reason of refused) process.stderr.write(`  ${reason}\n`)
  if (accelerator === null)
    throw new BadInput(
      'No accelerator is here that computes what the CPU computes (`npx nx run loops:doctor` says what was looked for); --device=cpu --small tries the stages without one',
    )
  return accelerator.kind
}

/** A Python with torch, for the peer. */
export function withTorch(): string | null {
  for (const file of ['/usr/bin/python3', 'python3'])
    try {
      execFileSync(file, ['-c', 'import torch'], { stdio: 'ignore' })
      return file
    } catch {
      // the next one
    }
  return null
}
