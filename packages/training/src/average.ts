import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Model } from '@whetstone/core'
import { BadInput, hashFile, paths, runTool, makeFolder } from '@whetstone/core'

export type AverageOptions = {
  /** File of the mean. */
  out: string
  /** What each model counts; equal shares when absent. */
  shares?: readonly number[]
  /** Adapters: average the factors A and B each, which keeps the rank; right only along one training. */
  factors?: boolean
  signal?: AbortSignal
  logFile?: string
}

/**
 * The mean of models of one shape, by llama-train average: of whole weights tensor by tensor, of adapters on one base their products exactly (the rank grows to the sum of theirs).
 * Appears whole or not at all.
 */
export async function average(models: readonly Model[], { out, shares, factors = false, signal, logFile }: AverageOptions): Promise<Model> {
  const [first] = models
  if (first === undefined || models.length < 2) throw new BadInput(`An average needs at least two models, ${models.length} given`)
  if (shares !== undefined && shares.length !== models.length)
    throw new BadInput(`${shares.length} shares for ${models.length} models: give one each`)
  const files = models.map((model) => {
    if (model.path === null) throw new BadInput(`${model.name} has no weights on this machine to average`)
    if ((model.adapter === null) !== (first.adapter === null) || (model.adapter !== null && model.path !== first.path))
      throw new BadInput(`${model.name} and ${first.name} cannot be averaged: adapters need one base, whole weights no adapter`)
    return model.adapter ?? model.path
  })
  for (const file of files) if (!existsSync(file)) throw new BadInput(`${file} not found`)
  makeFolder(dirname(out))
  await runTool({
    file: paths.tool('llama-train'),
    args: [
      'average',
      ...files.flatMap((file) => ['-m', file]),
      ...(shares ?? []).flatMap((share) => ['--share', String(share)]),
      ...(factors ? ['--factors'] : []),
      '--out',
      out,
    ],
    signal,
    logFile,
  })
  return {
    ...first,
    id: `model-${(await hashFile(out)).slice(0, 16)}`,
    name: `mean of ${models.map(({ name }) => name).join(', ')}`,
    path: first.adapter === null ? out : first.path,
    adapter: first.adapter === null ? null : out,
    parent: first.id,
    createdAt: new Date().toISOString(),
    metadata: { ...first.metadata, averaged: models.map(({ id }) => id) },
  }
}
