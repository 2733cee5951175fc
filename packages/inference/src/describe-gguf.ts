import { basename } from 'node:path'
import { hashFile } from '@whetstone/core'
import type { Model } from '@whetstone/core'
import { checkGguf } from './check-gguf.ts'

/** The card of a GGUF file somebody else made: what its header says, and its hash as its id. */
export async function describeGguf(path: string, card: { name?: string; createdAt?: string; metadata?: Record<string, unknown> } = {}): Promise<Model> {
  const header = checkGguf(path)
  const sha256 = await hashFile(path)
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
    createdAt: card.createdAt ?? new Date().toISOString(),
    metadata: { sha256, bytes: header.bytes, contextLength: header.contextLength, blockCount: header.blockCount, vocabularySize: header.vocabularySize, ...card.metadata },
  }
}
