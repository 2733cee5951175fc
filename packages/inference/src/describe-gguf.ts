import { existsSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { BadInput, hashFile, Model, readJson } from '@whetstone/core'
import { checkGguf } from './check-gguf.ts'
import { vocabularyHash } from './vocabulary-hash.ts'

/** The card of a GGUF file somebody else made: what its header says, and its hash as its id. */
export async function describeGguf(path: string, card: { name?: string; metadata?: Record<string, unknown> } = {}): Promise<Model> {
  const header = checkGguf(path)
  if (header.kind === 'adapter') throw new BadInput(`${path} is a LoRA adapter, not a model: give the model it was trained on`)
  const sha256 = knownHash(path) ?? (await hashFile(path))
  const { mtime, mtimeMs } = statSync(path)
  return {
    id: `model-${sha256.slice(0, 16)}`,
    name: card.name ?? basename(path, '.gguf'),
    path,
    adapter: null,
    parent: null,
    dataset: null,
    trainer: null,
    quantization: header.quantization,
    architecture: header.architecture,
    parameters: header.parameters,
    vocabulary: vocabularyHash(path),
    createdAt: mtime.toISOString(),
    metadata: {
      sha256,
      bytes: header.bytes,
      modified: mtimeMs,
      contextLength: header.contextLength,
      blockCount: header.blockCount,
      vocabularySize: header.vocabularySize,
      ...card.metadata,
    },
  }
}

/**
 * The hash that the card beside the file holds, where the file is still the one it was written for: hashing gigabytes at each start takes
 * seconds.
 */
export function knownHash(path: string): string | undefined {
  const card = join(dirname(path), 'card.json')
  if (!existsSync(card)) return undefined
  try {
    const { path: file, metadata } = readJson(card, Model)
    const { size, mtimeMs } = statSync(path)
    const same = file !== null && basename(file) === basename(path) && metadata['bytes'] === size && metadata['modified'] === mtimeMs
    return same && typeof metadata['sha256'] === 'string' ? metadata['sha256'] : undefined
  } catch {
    return undefined // a card of another form says nothing about the weights
  }
}
