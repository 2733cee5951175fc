// An interrupted run that goes on writes the same bytes as one that was never interrupted; so do runs that are repeated.
import { existsSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { paths } from '@whetstone/core'
import { folder, randomModel, randomNumbers, readLines, rowsFile, tool, toolSuite } from '../test-model.ts'
import type { Line } from '../test-model.ts'

const { it, run } = toolSuite('resume')

const random = randomNumbers(5)
const digits = (n: number) => Array.from({ length: n }, () => Math.floor(random() * 10)).join('')
const rows = Array.from({ length: 200 }, () => ({
  prompt: `${digits(5)}=`,
  completion: digits(1 + Math.floor(random() * 8)),
  weight: 0.5 + random(),
}))
const methods: Record<string, (string | number)[]> = {
  full: ['--ema', 0.9, '--early-stop', 9],
  lora: ['--lora-rank', 2, '--schedule', 'linear'],
}
const steady = (lines: Line[]) =>
  lines.map(
    ({
      tokens_per_second: _speed,
      seconds: _seconds,
      cpu_seconds: _cpu,
      peak_mib: _peak,
      resumed: _resumed,
      checkpoints: _count,
      checkpoint_seconds: _kept,
      ...line
    }) => line,
  )
const stepsOf = (file: string) => readFileSync(file, 'utf8').split('\n').length - 1

/** Trains and is killed; where the training was over before the signal came (a busy machine), again from the beginning. */
async function inTime<T>(out: string, checkpoints: string, trainAndKill: (again: number) => Promise<T>): Promise<T> {
  for (let again = 0; ; again++) {
    const ended = await trainAndKill(again)
    if (!existsSync(out) || again === 5) return ended
    for (const made of [out, checkpoints]) rmSync(made, { recursive: true, force: true })
  }
}

for (const [name, more] of Object.entries(methods)) {
  it(`${name}: killed by SIGTERM and resumed, bit for bit`, async () => {
    const model = await randomModel(`resume-${name}`)
    const data = rowsFile('resume.jsonl', rows)
    const common = [
      'sft',
      '-m',
      model,
      '--data',
      data,
      '--val',
      rowsFile('resume-val.jsonl', rows.slice(0, 20)),
      '--workers',
      2,
      '--progress',
      'none',
    ]
    const schedule = ['--steps', 500, '--batch', 24, '--warmup', 10, '--val-every', 100, '--lr', 0.003, ...more]
    const whole = join(folder, `${name}-whole.gguf`)
    const parts = join(folder, `${name}-parts.gguf`)
    const checkpoints = ['--checkpoint-dir', join(folder, `${name}-checkpoints`)]
    assert.is((await tool('llama-train', [...common, ...schedule, '--out', whole, '--metrics', `${whole}.jsonl`])).exitCode, 0)

    const args = [...common, ...schedule, ...checkpoints, '--out', parts, '--metrics', `${parts}.jsonl`].map(String)
    const { exitCode, stderr } = await inTime(parts, checkpoints[1] as string, async () => {
      writeFileSync(`${parts}.jsonl`, '')
      const child = execa(paths.tool('llama-train'), args, { reject: false, timeout: 60_000 })
      const killer = watch(`${parts}.jsonl`, () => {
        if (stepsOf(`${parts}.jsonl`) < 20) return
        killer.close() // a second signal would end it without a checkpoint
        child.kill('SIGTERM')
      })
      const ended = await child
      killer.close()
      return ended
    })
    assert.is(exitCode, 130, stderr)
    assert.match(String(stderr), /interrupted at step \d+, go on with --resume/)
    assert.not(existsSync(parts))
    const { exitCode: second, stderr: why } = await tool('llama-train', [...args, '--resume'])
    assert.is(second, 0, why)
    assert.ok(readFileSync(whole).equals(readFileSync(parts)), 'the files are equal')
    assert.equal(steady(readLines(`${parts}.jsonl`)), steady(readLines(`${whole}.jsonl`)))

    const other = await tool('llama-train', [...args, '--resume', '--lr', 0.001])
    assert.is(other.exitCode, 1)
    assert.match(other.stderr, /belongs to a run with other options or data/)
  })
}

it('killed outright at 80%, a run redoes little and ends bit for bit; a damaged checkpoint is said and begun without', async () => {
  const model = await randomModel('resume-kill')
  const out = (name: string) => join(folder, `${name}.gguf`)
  const args = (name: string) =>
    ['sft', '-m', model, '--data', rowsFile('resume.jsonl', rows), '--out', out(name), '--metrics', `${out(name)}.jsonl`]
      .concat(['--workers', '2', '--progress', 'none', '--steps', '200', '--batch', '8'])
      .concat(['--checkpoint-dir', join(folder, `${name}-checkpoints`), '--checkpoint-every', '10', '--resume'])
  assert.is((await tool('llama-train', [...args('undisturbed'), '--checkpoint-every', 0, '--checkpoint-share', 0.5])).exitCode, 0)
  assert.ok((readLines(`${out('undisturbed')}.jsonl`).at(-1)?.['checkpoints'] ?? 0) > 1)

  const kill = async (name: string, signal: 'SIGKILL' | 'SIGHUP') => {
    await inTime(out(name), join(folder, `${name}-checkpoints`), async (again) => {
      writeFileSync(`${out(name)}.jsonl`, '')
      const child = execa(paths.tool('llama-train'), args(name), { reject: false, timeout: 60_000 })
      const killer = watch(`${out(name)}.jsonl`, () => {
        if (stepsOf(`${out(name)}.jsonl`) < 160 - 20 * again) return
        killer.close()
        child.kill(signal)
      })
      await child
      killer.close()
    })
    assert.not(existsSync(out(name)))
    return stepsOf(`${out(name)}.jsonl`)
  }
  for (const signal of ['SIGKILL', 'SIGHUP'] as const) {
    const reached = await kill(signal, signal)
    const resumed = execa(paths.tool('llama-train'), args(signal), { reject: false, timeout: 60_000 })
    const { exitCode, stderr } = await resumed
    assert.is(exitCode, 0, stderr)
    const final = readLines(`${out(signal)}.jsonl`).at(-1) as Line
    assert.ok(reached - (final['resumed'] as number) <= 20, `${reached} steps were done, ${final['resumed']} kept`)
    assert.ok(readFileSync(out('undisturbed')).equals(readFileSync(out(signal))), signal)
  }

  await kill('flipped', 'SIGKILL')
  const checkpoint = join(folder, 'flipped-checkpoints/checkpoint.gguf')
  const bytes = readFileSync(checkpoint)
  bytes[bytes.length - 1000] = (bytes[bytes.length - 1000] as number) ^ 4
  writeFileSync(checkpoint, bytes)
  const anew = await tool('llama-train', args('flipped'))
  assert.is(anew.exitCode, 0, anew.stderr)
  assert.match(anew.stderr, /checkpoint\.gguf is damaged \(its checksum does not fit\): it is deleted, and the training begins anew/)
  assert.ok(readFileSync(out('undisturbed')).equals(readFileSync(out('flipped'))))
})

it('a run is repeated exactly, whatever the threads do and however many a worker has', async () => {
  const model = await randomModel('repeat', { architecture: 'qwen3' })
  const data = rowsFile('resume.jsonl', rows)
  const bytes = async (name: string, args: (string | number)[]) => {
    const out = join(folder, `${name}.gguf`)
    const { exitCode } = await tool('llama-train', ['sft', '-m', model, '--data', data, '--out', out, '--progress', 'none', ...args])
    assert.is(exitCode, 0)
    return readFileSync(out)
  }
  const three = ['--steps', 20, '--batch', 32, '--workers', 3]
  assert.ok((await bytes('first', three)).equals(await bytes('second', three)))
  const two = ['--steps', 2, '--batch', 8, '--workers', 1, '--threads']
  assert.ok((await bytes('one-thread', [...two, 1])).equals(await bytes('two-threads', [...two, 2])))
})
run()
