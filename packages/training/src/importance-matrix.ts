import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import type { Gpu, Model } from '@whetstone/core'
import { BadInput, paths, runTool, writeAtomic } from '@whetstone/core'

/** Characters of text that are read: at least so many, the rows again where they have fewer, and at most. */
const enough = { least: 16_384, most: 1_000_000 }

export type ImportanceOptions = { out: string; threads?: number; gpu?: Gpu; signal?: AbortSignal; logFile?: string }

/** Whether a type is chosen better with an importance matrix: K- and I-quants. */
export const takesImportance = (type: string): boolean => /^(Q\d_K|IQ\d)/.test(type)

/**
 * Which inputs of each matrix matter, measured by upstream's llama-imatrix on texts that the model reads and writes: special tokens in them
 * are read as such. The model must be whole. Appears whole or not at all; returns `out`.
 */
export async function importanceMatrix(
  model: Model,
  texts: AsyncIterable<string>,
  { out, threads = availableParallelism(), gpu, signal, logFile }: ImportanceOptions,
): Promise<string> {
  if (model.path === null || model.adapter !== null) throw new BadInput(`${model.name} is not whole: merge base and adapter first`)
  let text = ''
  for await (const each of texts) if ((text += each).length >= enough.most) break
  if (text === '') throw new BadInput(`There are no rows to measure the importance of ${model.name}'s weights on`)
  const once = text
  while (text.length < enough.least) text += once
  mkdirSync(dirname(out), { recursive: true })
  const [fresh, file] = [`${out}.${process.pid}.tmp`, `${out}.txt`]
  writeAtomic(file, text)
  try {
    await runTool({
      file: paths.tool('llama-imatrix'),
      // the least that a context may be here is 2 chunks of tokens, whatever a token's length
      args: ['-m', model.path, '-f', file, '-o', fresh, '-c', '128', '--parse-special', '--no-ppl', '-t', String(threads)].concat(
        gpu === 'off' ? ['--device', 'none'] : [],
      ),
      signal,
      logFile,
    })
    if (!existsSync(fresh)) throw new Error(`llama-imatrix wrote nothing for ${model.path}`)
    renameSync(fresh, out)
  } finally {
    rmSync(fresh, { force: true })
    rmSync(file, { force: true })
  }
  return out
}
