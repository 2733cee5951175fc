import { existsSync, renameSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import type { Model } from '@whetstone/core'
import { BadInput, hashFile, paths, runTool, makeFolder } from '@whetstone/core'

/** All that llama-quantize knows, largest first. */
export const quantizationTypes = [
  'F32',
  'BF16',
  'F16',
  'Q8_0',
  'Q6_K',
  'Q5_1',
  'Q5_K_M',
  'Q5_K_S',
  'Q5_0',
  'Q4_1',
  'Q4_K_M',
  'Q4_K_S',
  'Q4_0',
  'MXFP4_MOE',
  'IQ4_NL',
  'IQ4_XS',
  'Q3_K_L',
  'Q3_K_M',
  'Q3_K_S',
  'IQ3_M',
  'IQ3_S',
  'IQ3_XS',
  'IQ3_XXS',
  'Q2_K',
  'Q2_K_S',
  'IQ2_M',
  'IQ2_S',
  'IQ2_XS',
  'IQ2_XXS',
  'Q2_0',
  'TQ2_0',
  'IQ1_M',
  'TQ1_0',
  'IQ1_S',
  'Q1_0',
] as const
export type QuantizationType = (typeof quantizationTypes)[number]

/** These cannot be made well without an importance matrix; llama-quantize refuses them. */
const wantsImatrix: readonly string[] = ['IQ2_XXS', 'IQ2_XS', 'IQ2_S', 'IQ1_S', 'IQ1_M', 'Q2_K_S']

export type QuantizeOptions = {
  type: QuantizationType
  /** File of the quantized weights. */
  out: string
  /** Importance matrix that llama-imatrix made. */
  imatrix?: string
  threads?: number
  signal?: AbortSignal
  logFile?: string
}

/** Writes a model's weights in another type, by upstream's llama-quantize. The model must be whole (see merge). Appears whole or not at all. */
export async function quantize(
  model: Model,
  { type, out, imatrix, threads = availableParallelism(), signal, logFile }: QuantizeOptions,
): Promise<Model> {
  if (!quantizationTypes.includes(type)) throw new BadInput(`No quantization type "${type}". Types: ${quantizationTypes.join(', ')}`)
  if (model.path === null) throw new BadInput(`${model.name} has no weights on this machine to quantize`)
  if (model.adapter !== null) throw new BadInput(`${model.name} is a base and an adapter: merge them first, then quantize`)
  if (wantsImatrix.includes(type) && !imatrix)
    throw new BadInput(
      `${type} wants an importance matrix: make one with \`tools/bin/llama-imatrix -m ${model.path} -f text.txt\`, or take a larger type`,
    )
  for (const file of [model.path, ...(imatrix ? [imatrix] : [])]) if (!existsSync(file)) throw new BadInput(`${file} not found`)
  const fresh = `${out}.${process.pid}.tmp`
  makeFolder(dirname(out))
  try {
    await runTool({
      file: paths.tool('llama-quantize'),
      args: ['--allow-requantize', ...(imatrix ? ['--imatrix', imatrix] : []), model.path, fresh, type, String(threads)],
      signal,
      logFile,
    })
    renameSync(fresh, out)
  } finally {
    rmSync(fresh, { force: true })
  }
  return {
    ...model,
    id: `model-${(await hashFile(out)).slice(0, 16)}`,
    path: out,
    parent: model.id,
    quantization: type,
    createdAt: new Date().toISOString(),
    metadata: { ...model.metadata, imatrix },
  }
}
