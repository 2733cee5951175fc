// llama-train against its peers: PyTorch (Debian python3-torch) at 0.9M parameters, upstream llama-finetune at 20M; and its peak memory.
// Speeds are tokens per CPU second of one thread, measured in turn and the best of three taken, so that a busy machine disturbs them little.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { paths } from '@whetstone/core'

/** One line of the table. ratio: ours / peer for speeds (higher is better), ours / limit for memory (lower is better). peer null: not installed. */
export type Bench = { name: string; model: string; ours: number; peer: number | null; unit: string; ratio: number | null; skipped?: string }

type Size = {
  name: string
  architecture: 'llama' | 'qwen3'
  embedding: number
  blocks: number
  heads: number
  kvHeads: number
  headSize: number
  feedForward: number
  vocabulary: number
  tied: boolean
}
const small: Size = {
  name: '0.9M',
  architecture: 'llama',
  embedding: 128,
  blocks: 4,
  heads: 4,
  kvHeads: 4,
  headSize: 32,
  feedForward: 384,
  vocabulary: 100,
  tied: false,
}
const medium: Size = {
  name: '20M',
  architecture: 'llama',
  embedding: 512,
  blocks: 5,
  heads: 8,
  kvHeads: 8,
  headSize: 64,
  feedForward: 1408,
  vocabulary: 4096,
  tied: false,
}
const large: Size = {
  name: 'Qwen3-1.7B shape',
  architecture: 'qwen3',
  embedding: 2048,
  blocks: 28,
  heads: 16,
  kvHeads: 8,
  headSize: 128,
  feedForward: 6144,
  vocabulary: 151936,
  tied: true,
}
const characters = [...'0123456789+=abcdefghijklmnopqrstuvwxyz']

async function randomModel(folder: string, size: Size, type: string): Promise<string> {
  const path = join(folder, `${size.name.replace(/ .*/, '')}-${type}.gguf`)
  const filler = Array.from({ length: size.vocabulary - 3 - characters.length }, (_, i) => `<filler${i}>`)
  const tokenizer = { model: 'llama', tokens: ['<unk>', '<s>', '</s>', ...characters, ...filler], bos: 1, eos: 2, unk: 0 }
  writeFileSync(
    `${path}.json`,
    JSON.stringify({
      architecture: size.architecture,
      context_length: 4096,
      embedding_length: size.embedding,
      block_count: size.blocks,
      feed_forward_length: size.feedForward,
      head_count: size.heads,
      head_count_kv: size.kvHeads,
      head_dim: size.headSize,
      tied_embeddings: size.tied,
      tokenizer,
    }),
  )
  await execa(paths.tool('llama-init'), ['--spec', `${path}.json`, '--type', type, '--out', path])
  return path
}

/** Rows of exactly `tokens` inputs, of which the last `share` are targets. */
function rowsFile(folder: string, count: number, tokens: number, share: number): string {
  const path = join(folder, `${tokens}-${share}.jsonl`)
  let state = 7
  const text = (n: number) =>
    Array.from({ length: n }, () => characters[(state = (state * 16807) % 2147483647) % characters.length]).join('')
  const answer = Math.max(1, Math.round(tokens * share)) - 1
  writeFileSync(
    path,
    Array.from({ length: count }, () => `${JSON.stringify({ prompt: text(tokens - answer), completion: text(answer) })}\n`).join(''),
  )
  return path
}

type Done = { cpu_seconds: number; seconds: number; peak_mib: number }
async function train(model: string, data: string, args: (string | number)[]): Promise<Done> {
  const metrics = `${model}.metrics.jsonl`
  const common = ['sft', '-m', model, '--data', data, '--out', `${model}.out`, '--metrics', metrics, '--progress', 'none']
  await execa(paths.tool('llama-train'), [...common, ...args.map(String)])
  rmSync(`${model}.out`)
  return JSON.parse(readFileSync(metrics, 'utf8').trim().split('\n').at(-1) ?? '') as Done
}

/** User and system seconds of a command, by the shell's own `time`. */
async function cpuSeconds(command: string, args: string[]): Promise<number> {
  const { stderr } = await execa('bash', ['-c', 'TIMEFORMAT="cpu %U %S"; time "$@" >/dev/null 2>&1', 'bash', command, ...args])
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? []
  return Number(user) + Number(system)
}

async function hasTorch(python: string): Promise<boolean> {
  return existsSync(python) && (await execa(python, ['-c', 'import torch'], { reject: false })).exitCode === 0
}

async function againstTorch(folder: string): Promise<Bench> {
  const model = await randomModel(folder, small, 'F32')
  const [rows, tokens, share, steps, python] = [128, 24, 0.5, 40, '/usr/bin/python3']
  const data = rowsFile(folder, rows * 4, tokens, share)
  const installed = await hasTorch(python)
  const shape = [small.embedding, small.blocks, small.heads, small.feedForward, small.vocabulary, tokens, rows, share, 15].map(String)
  let [ours, peer] = [0, 0]
  for (let turn = 0; turn < 3; turn++) {
    const done = await train(model, data, ['--steps', steps, '--batch', rows, '--workers', 1])
    ours = Math.max(ours, (steps * rows * tokens) / done.cpu_seconds)
    if (installed) peer = Math.max(peer, Number((await execa(python, [join(import.meta.dirname, 'torch-step.py'), ...shape])).stdout))
  }
  const name = `train ${rows} rows of ${tokens}, one core: llama-train / PyTorch`
  const row = { name, model: small.name, ours: Math.round(ours), unit: 'tokens/CPU s' }
  if (!installed) return { ...row, peer: null, ratio: null, skipped: `${python} has no torch (Debian: apt install python3-torch)` }
  return { ...row, peer: Math.round(peer), ratio: ours / peer }
}

async function againstFinetune(folder: string): Promise<Bench> {
  const model = await randomModel(folder, medium, 'F32')
  const tokens = 256 // upstream pads the context to 256
  const data = rowsFile(folder, 16, tokens, 1)
  const finetune = paths.tool('llama-finetune')
  const text = join(folder, 'text.txt')
  const flags = [
    '-m',
    model,
    '-f',
    text,
    '-c',
    '256',
    '-b',
    '256',
    '-ub',
    '256',
    '-t',
    '1',
    '-tb',
    '1',
    '-fa',
    'off',
    '-ctk',
    'f32',
    '-ctv',
    'f32',
    '-epochs',
    '1',
    '-o',
    `${model}.out`,
  ]
  // Upstream trains on 95% of the windows, 128 characters apart; the time of a short text is subtracted.
  const letters = readFileSync(data, 'utf8').replace(/[^a-z0-9]/g, '')
  const timeOf = async (characters: number) => {
    writeFileSync(text, letters.slice(0, characters))
    return cpuSeconds(finetune, flags)
  }
  const steps = 8
  let [ours, peer] = [0, 0]
  for (let turn = 0; turn < 3; turn++) {
    const done = await train(model, data, ['--steps', steps, '--batch', 1, '--workers', 1])
    ours = Math.max(ours, (steps * tokens) / done.cpu_seconds)
    if (existsSync(finetune)) peer = Math.max(peer, (8 * tokens) / ((await timeOf(2560)) - (await timeOf(1536))))
  }
  const row = {
    name: 'train rows of 256, one thread: llama-train / llama-finetune',
    model: medium.name,
    ours: Math.round(ours),
    unit: 'tokens/CPU s',
  }
  if (!existsSync(finetune)) return { ...row, peer: null, ratio: null, skipped: 'tools/bin/llama-finetune not found' }
  return { ...row, peer: Math.round(peer), ratio: ours / peer }
}

async function memory(
  folder: string,
  size: Size,
  type: string,
  limit: number,
  tokens: number,
  args: (string | number)[],
  what: string,
): Promise<Bench> {
  const model = await randomModel(folder, size, type)
  const { peak_mib: peak } = await train(model, rowsFile(folder, 32, tokens, 0.5), ['--steps', 1, ...args])
  rmSync(model)
  return { name: `peak memory, ${what}, against the limit`, model: size.name, ours: peak, peer: limit, unit: 'MiB', ratio: peak / limit }
}

/** All rows; `onRow` gets each as it is measured. The 1.7B shape needs 2 GB of disk and some minutes, so it is measured only with `all`. */
export async function benchTrain({ all, onRow }: { all: boolean; onRow: (row: Bench) => void }): Promise<Bench[]> {
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-bench-train-'))
  const rows: Bench[] = []
  const measured = (row: Bench) => {
    rows.push(row)
    onRow(row)
  }
  try {
    measured(await againstTorch(folder))
    measured(await againstFinetune(folder))
    measured(await memory(folder, medium, 'F32', 1024, 64, ['--batch', 32], 'all weights, 32 rows of 64'))
    if (all)
      measured(await memory(folder, large, 'Q8_0', 8192, 2048, ['--batch', 1, '--lora-rank', 16], 'LoRA r16 on Q8_0, one row of 2048'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return rows
}

if (import.meta.main) await benchTrain({ all: process.argv.includes('--all'), onRow: (row) => console.log(JSON.stringify(row)) })
