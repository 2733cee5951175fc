import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { paths, root, runTool } from '@whetstone/core'

const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`)
const letters = [...'0123456789+=abcdefghijklmnopqrstuvwxyz']
const tokenizer = {
  model: 'llama',
  tokens: ['<unk>', '<s>', '</s>', ...bytes, ...letters],
  bos: 1,
  eos: 2,
  unk: 0,
  add_bos: true,
  add_space_prefix: false,
}

export type Shape = '1M' | '20M'

/** Shapes with random weights: speed and memory do not depend on what the weights say. The stages on a GPU (tools/bench/run-stages.py) read the same file. */
export const { shapes: benchShapes } = JSON.parse(readFileSync(join(root, 'tools/bench/stages.json'), 'utf8')) as {
  shapes: Record<Shape | '1.7B', Record<string, unknown>>
}

/** Writes the model of a shape into the folder, unless it is there, and returns its path. */
export async function benchModel(folder: string, shape: Shape): Promise<string> {
  const file = join(folder, `${shape}.gguf`)
  if (existsSync(file)) return file
  const spec = join(folder, `${shape}.json`)
  writeFileSync(
    spec,
    JSON.stringify({
      name: shape,
      context_length: 2048,
      rms_eps: 1e-5,
      tied_embeddings: false,
      tokenizer,
      ...benchShapes[shape],
    }),
  )
  await runTool({ file: paths.tool('llama-init'), args: ['--spec', spec, '--seed', '1', '--out', file] })
  return file
}

/** The shape of Qwen3-1.7B with the vocabulary of its family, random weights, Q8_0: 1.8 GB. */
export async function qwenModel(folder: string, vocabulary: string): Promise<string> {
  const file = join(folder, 'qwen3-1.7b.gguf')
  const spec = join(folder, 'qwen3-1.7b.json')
  const { vocabulary: _, ...shape } = benchShapes['1.7B']
  writeFileSync(spec, JSON.stringify({ name: 'qwen3-1.7b-shape', context_length: 4096, ...shape, tokenizer: { from: vocabulary } }))
  await runTool({ file: paths.tool('llama-init'), args: ['--spec', spec, '--seed', '1', '--out', file, '--type', 'Q8_0'] })
  return file
}

/** Text of so many tokens under the vocabulary of the shapes. */
export const digits = (count: number, seed: number): string =>
  Array.from({ length: count }, (_, i) => ((i * 7 + seed * 13 + i * i * seed) % 10).toString()).join('')
