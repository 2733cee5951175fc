import { existsSync, renameSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import type { Model } from '@whetstone/core'
import { adapterFlags, BadInput, hashFile, paths, runTool, makeFolder } from '@whetstone/core'

export type MergeOptions = {
  /** File of the merged weights. */
  out: string
  threads?: number
  signal?: AbortSignal
  logFile?: string
}

/**
 * Adds a model's LoRA adapter into its base's weights, by upstream's llama-export-lora. What the adapter touches becomes F32 where the base is F32, else F16 (also on a quantized
 * base: see quantize); all else is copied. Appears whole or not at all.
 */
export async function merge(model: Model, { out, threads = availableParallelism(), signal, logFile }: MergeOptions): Promise<Model> {
  if (model.path === null || model.adapter === null) throw new BadInput(`${model.name} has no adapter to merge: its weights are whole`)
  for (const file of [model.path, model.adapter])
    if (!existsSync(file)) throw new BadInput(`${file} not found: the model ${model.name} needs it, fetch or train it again`)
  const fresh = `${out}.${process.pid}.tmp`
  makeFolder(dirname(out))
  try {
    await runTool({
      file: paths.tool('llama-export-lora'),
      args: ['-m', model.path, ...adapterFlags(model), '-o', fresh, '-t', String(threads)],
      signal,
      logFile,
    })
    if (!existsSync(fresh)) throw new Error(`llama-export-lora wrote nothing for ${model.path} with ${model.adapter}`)
    renameSync(fresh, out)
  } finally {
    rmSync(fresh, { force: true })
  }
  return {
    ...model,
    id: `model-${(await hashFile(out)).slice(0, 16)}`,
    path: out,
    adapter: null,
    adapterScale: undefined,
    parent: model.id,
    quantization: model.quantization === 'F32' ? 'F32' : 'F16',
    createdAt: new Date().toISOString(),
    metadata: { ...model.metadata, merged: model.adapter },
  }
}
