// The stages of the GPU bench at sizes for a CPU: each result is kept as it ends, what is missing is a line, and the table holds both.
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { paths } from '@whetstone/core'
import { programVersion } from '@whetstone/native'
import { toolSuite } from '../train/test-model.ts'

const { it, run } = toolSuite('bench stages', ['llama-train', 'llama-init', 'llama-sample', 'llama-score'])
const folder = mkdtempSync(join(tmpdir(), 'whetstone-stages-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const script = join(import.meta.dirname, 'run-stages.py')
const bin = dirname(paths.tool('any'))

type Line = { name: string; rate?: number; not_run?: string; kept?: boolean; part?: string; seconds?: number }
async function stages(...flags: string[]): Promise<{ results: Line[]; stdout: string }> {
  const out = join(folder, 'out')
  const { stdout } = await execa('python3', [
    script,
    '--bin',
    bin,
    '--out',
    out,
    '--threads',
    '1',
    '--python',
    'no-torch',
    '--small',
    ...flags,
  ])
  return { results: (JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as { results: Line[] }).results, stdout }
}

if (programVersion('python3') === null) process.stdout.write('\nSKIP bench stages: python3 not found\n')
else {
  it('stages run once, and a missing peer is a line with its reason', async () => {
    const first = await stages('--only', 'all weights')
    const ours = first.results.find(({ name }) => name === 'train sft all weights, 1M F32')
    assert.ok((ours?.rate as number) > 0)
    const peers = first.results.filter(({ name }) => name.includes('PyTorch'))
    assert.is(peers.length, 2)
    for (const { not_run: why } of peers) assert.match(why as string, /no-torch is not built|No such file/)
    assert.match(first.stdout, /against PyTorch BF16 \| [\d,]+ \| not run \| \|/)
    const again = await stages('--only', 'all weights')
    assert.ok(
      again.results.filter((line) => 'rate' in line).every(({ kept }) => kept),
      'measured again',
    )
    assert.is(again.results.find(({ name }) => name === ours?.name)?.rate, ours?.rate)
  })

  it('the native part of a gated round, with where the time went', async () => {
    const { results, stdout } = await stages('--only', 'round')
    const parts = results.filter(({ part }) => part !== undefined)
    assert.is(parts.length, 6)
    for (const { seconds, name } of parts) assert.ok((seconds as number) > 0, name)
    assert.match(stdout, /training \| [\d.]+ \| \d+% \|/)
  })

  it('a device that is not there: a line for each stage, no crash', async () => {
    const other = join(folder, 'bin')
    await execa('mkdir', [other])
    for (const file of readdirSync(bin)) if (!/cuda|vulkan/.test(file)) symlinkSync(join(bin, file), join(other, file))
    const { results } = await stages('--device', 'cuda', '--bin', other, '--only', 'probe')
    assert.match(results[0]?.not_run as string, /libggml-cuda\.so: the library cannot be loaded|llama-probe is not built/)
  })
}

run()
