import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { paths, root, runTool } from '@whetstone/core'
import { benchModel, benchShapes, digits } from './bench-models.ts'
import type { Shape } from './bench-models.ts'
import { withTorch } from './bench-stages.ts'
import { compared, inTurn, median, peerLimit } from './bench-result.ts'
import type { BenchResult, Skipped } from './bench-result.ts'

const trainingSteps = 6

/** Tokens trained a second (full weights, AdamW) by our trainer on rows of `length` tokens; the first step, which warms up, is left out. */
async function trainRate(folder: string, model: string, length: number, batch: number, threads: number): Promise<number> {
  const data = join(folder, 'train.jsonl')
  const metrics = join(folder, 'metrics.jsonl')
  // beginning token + prompt + completion + end token = length
  writeFileSync(
    data,
    Array.from(
      { length: batch * trainingSteps },
      (_, i) => `${JSON.stringify({ prompt: digits(1, i), completion: digits(length - 3, i) })}\n`,
    ).join(''),
  )
  await runTool({
    file: paths.tool('llama-train'),
    args: [
      'sft',
      '-m',
      model,
      '--data',
      data,
      '--out',
      join(folder, 'trained.gguf'),
      '--steps',
      String(trainingSteps),
      '--batch',
      String(batch),
      '--lr',
      '1e-4',
      '--workers',
      String(threads),
      '--metrics',
      metrics,
      '--progress',
      'none',
    ],
  })
  const rates = readFileSync(metrics, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { step?: number; tokens_per_second?: number })
    .filter(({ step, tokens_per_second: rate }) => (step ?? 0) > 1 && rate)
  return median(rates.map(({ tokens_per_second: rate }) => rate as number))
}

/** Against upstream's llama-finetune, whose key, value and embedding gradients are zero: contexts of 256 tokens, its smallest. */
export async function benchFinetune(folder: string, shape: Shape, threads: number): Promise<BenchResult | Skipped> {
  const name = `training, full weights, rows of 256, ${threads} thread${threads > 1 ? 's' : ''}, against llama-finetune`
  if (!existsSync(paths.tool('llama-finetune'))) return { name, skipped: 'not built: npx nx run tools:build --all' }
  const model = await benchModel(folder, shape)
  const rates = await inTurn({
    ours: () => trainRate(folder, model, 256, threads, threads),
    peer: () => finetuneRate(folder, model, threads),
  })
  return compared(name, shape, rates.ours, rates.peer, 'tokens/s', 1.5)
}

/** Times an epoch over a text by the difference of two texts' times, so that loading and saving drop out. */
async function finetuneRate(folder: string, model: string, threads: number): Promise<number> {
  const seconds = async (tokens: number) => {
    const text = join(folder, 'text.txt')
    writeFileSync(text, digits(tokens, 3))
    const started = performance.now()
    await runTool({
      file: paths.tool('llama-finetune'),
      timeout: peerLimit,
      args: [
        '-f',
        text,
        '-m',
        model,
        '-c',
        '256',
        '-b',
        '256',
        '-ub',
        '256',
        '-t',
        String(threads),
        '-tb',
        String(threads),
        '-ngl',
        '0',
        '-epochs',
        '1',
        '-val-split',
        '0',
        '-opt',
        'adamw',
        '-lr',
        '1e-5',
        '-o',
        join(folder, 'finetuned.gguf'),
      ],
    })
    return (performance.now() - started) / 1000
  }
  // a data set of n tokens is cut into windows of 256, each half a window on from the last: (n - 256) / 128 of them
  const windows = (tokens: number) => Math.floor((tokens - 257) / 128)
  const [short, long] = shapeTexts
  const before = await seconds(short)
  return ((windows(long) - windows(short)) * 256) / ((await seconds(long)) - before)
}
const shapeTexts = [257 + 128 * 2 + 1, 257 + 128 * 10 + 1] as const

/** torch.set_num_threads(1) does not reach OpenBLAS's own threads. */
const oneThread = { OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' }

/** Against PyTorch on one core, the same model, batch and optimizer, where a Python with torch is installed. */
export async function benchTorch(folder: string, shape: Shape, length: number, batch: number): Promise<BenchResult | Skipped> {
  const name = `training, full weights, ${batch} x ${length} tokens, 1 thread, against PyTorch`
  const python = withTorch()
  if (!python) return { name, skipped: 'no Python with torch (Debian: apt install python3-torch)' }
  const model = await benchModel(folder, shape)
  const script = join(root, 'tools/bench/torch-train.py')
  let kernels = ''
  const rates = await inTurn({
    ours: () => trainRate(folder, model, length, batch, 1),
    peer: async () => {
      const sizes = ['--length', String(length), '--batch', String(batch), '--steps', String(trainingSteps)]
      const args = [script, '--shape', JSON.stringify(benchShapes[shape]), ...sizes]
      const said = await runTool({ file: python, args, env: oneThread, timeout: peerLimit })
      const { rate, library } = JSON.parse(said) as { rate: number; library: string }
      kernels = library
      return rate
    },
  })
  return compared(`${name} (${kernels})`, shape, rates.ours, rates.peer, 'tokens/s', 1)
}
