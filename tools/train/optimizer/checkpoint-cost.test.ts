// What checkpoints cost a training of the tiny recipe's size, and what a kill at 80% of it costs: WHETSTONE_CHECKPOINTS=1 for the run of some minutes.
import { existsSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { paths, root } from '@whetstone/core'
import { folder, randomNumbers, readLines, rowsFile, tool, toolSuite } from '../test-model.ts'

const { it, run } = toolSuite('what checkpoints cost')

const random = randomNumbers(7)
const below = (n: number) => Math.floor(random() * n)
const rows = Array.from({ length: 6000 }, () => {
  const [a, b] = [below(1000), below(1000)]
  return { prompt: `${a}+${b}=`, completion: String(a + b) }
})
const share = ['--checkpoint-share', '0.02']
const out = (name: string) => join(folder, `${name}.gguf`)
const metrics = (name: string) => `${out(name)}.jsonl`
const checkpoints = (name: string) => ['--checkpoint-dir', join(folder, `${name}-checkpoints`)]
const args = (name: string, more: readonly string[] = []) =>
  ['sft', '-m', join(root, 'models/tiny/whetstone-tiny-f32.gguf'), '--data', rowsFile('cost.jsonl', rows), '--out', out(name)]
    .concat(['--metrics', metrics(name), '--workers', '1', '--progress', 'none', '--epochs', '4', '--batch', '64', '--warmup', '20'])
    .concat(more)
const stepsOf = (name: string) => readFileSync(metrics(name), 'utf8').split('\n').length - 1
const last = (name: string) => readLines(metrics(name)).at(-1) as Record<string, number>

if (!process.env['WHETSTONE_CHECKPOINTS']) console.log('what checkpoints cost is measured with WHETSTONE_CHECKPOINTS=1 alone')
else
  it('with checkpoints as without, and killed at 80%, a training ends in the same bytes', async () => {
    const seconds: Record<string, number[]> = { without: [], with: [] }
    for (let time = 0; time < 3; time++)
      for (const [name, more] of [
        ['without', []],
        ['with', [...checkpoints('with'), ...share]],
      ] as const) {
        rmSync(join(folder, 'with-checkpoints'), { recursive: true, force: true })
        const { exitCode, stderr } = await tool('llama-train', args(name, more))
        assert.is(exitCode, 0, stderr)
        seconds[name]?.push(last(name)['cpu_seconds'] as number)
      }
    assert.ok(readFileSync(out('with')).equals(readFileSync(out('without'))))
    const written = last('with')
    console.log(`CPU seconds ${JSON.stringify(seconds)}, ${written['checkpoints']} checkpoints, ${written['checkpoint_seconds']} s in them`)

    const steps = stepsOf('without') - 1
    for (const signal of ['SIGKILL', 'SIGHUP'] as const)
      for (let time = 0; time < 3; time++) {
        const name = `${signal}-${time}`
        const resumable = [...checkpoints(name), ...share, '--resume']
        writeFileSync(metrics(name), '')
        const child = execa(paths.tool('llama-train'), args(name, resumable), { reject: false })
        const killer = watch(metrics(name), () => {
          if (stepsOf(name) < 0.8 * steps) return
          killer.close()
          child.kill(signal)
        })
        await child
        killer.close()
        assert.not(existsSync(out(name)))
        const reached = stepsOf(name)
        const { exitCode, stderr } = await tool('llama-train', args(name, resumable))
        assert.is(exitCode, 0, stderr)
        const redone = reached - (last(name)['resumed'] as number)
        console.log(`${signal} at step ${reached} of ${steps}: ${redone} redone`)
        assert.ok(redone <= 0.1 * steps, `${redone} of ${steps} steps`)
        assert.ok(readFileSync(out(name)).equals(readFileSync(out('without'))), name)
      }
  })
run()
