import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { BadInput } from '@whetstone/core'
import { fileTypes, tensorTypes } from './gguf-types.ts'
import { NotGguf, readGguf, tensorSize, TornGguf } from './read-gguf.ts'
import type { GgufFile } from './read-gguf.ts'

/** What a GGUF file says of itself; null where it says nothing. */
export type GgufHeader = {
  path: string
  kind: 'model' | 'adapter'
  name: string | null
  architecture: string | null
  /** Weights of all tensors in this file. */
  parameters: number
  /** F32, Q8_0, Q4_K_M, … */
  quantization: string
  /** Tokens it was trained for. */
  contextLength: number | null
  blockCount: number | null
  embeddingLength: number | null
  vocabularySize: number | null
  chatTemplate: string | null
  /** Files a split model consists of; 1 when it is whole. */
  parts: number
  bytes: number
}

/** Bytes of a chat template: the longest in use have some tens of thousands. */
const mostTemplate = 1 << 20

/**
 * Reads the header of a GGUF file in milliseconds, weights untouched. A file that is missing, cut short or something else is one line that
 * says what to do.
 */
export function checkGguf(path: string): GgufHeader {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined)
    throw new BadInput(
      `${path} not found: check the path, or fetch a model with \`npx nx run models:pull --model=hf:owner/repo/file.gguf\``,
    )
  if (!stat.isFile()) throw new BadInput(`${path} is not a file: give the path of a .gguf file`)
  if (stat.size === 0) throw new BadInput(`${path} is empty: fetch it again`)
  let file: GgufFile
  try {
    file = readGguf(path)
  } catch (error) {
    if (error instanceof NotGguf)
      throw new BadInput(
        `${path} is not a GGUF model (${whatItIs(path) ?? error.message}): give a .gguf file, little-endian, version 2 or 3`,
      )
    if (error instanceof TornGguf) throw new BadInput(`${path} is truncated (${error.message}): fetch it again`)
    throw error
  }
  if (file.expected !== null && file.bytes < file.expected)
    throw new BadInput(`${path} is truncated (${file.bytes} of ${file.expected} bytes are there): fetch it again`)
  return header(path, file)
}

function header(path: string, { metadata, tensors, bytes }: GgufFile): GgufHeader {
  const text = (key: string) => (typeof metadata.get(key) === 'string' ? (metadata.get(key) as string) : null)
  const count = (key: string) => (['number', 'bigint'].includes(typeof metadata.get(key)) ? Number(metadata.get(key)) : null)
  const template = text('tokenizer.chat_template')
  if (template !== null && Buffer.byteLength(template) > mostTemplate)
    throw new BadInput(
      `${path}: its chat template has ${Buffer.byteLength(template)} bytes, and one has at most ${mostTemplate}: take the model from elsewhere`,
    )
  const architecture = text('general.architecture')
  const tokens = metadata.get('tokenizer.ggml.tokens') as { length: number } | undefined
  return {
    path,
    kind: text('general.type') === 'adapter' ? 'adapter' : 'model',
    name: text('general.name'),
    architecture,
    parameters: tensors.reduce((sum, tensor) => sum + tensorSize(tensor), 0),
    quantization: fileTypes.get(count('general.file_type') ?? -1) ?? commonestType(tensors),
    contextLength: count(`${architecture}.context_length`),
    blockCount: count(`${architecture}.block_count`),
    embeddingLength: count(`${architecture}.embedding_length`),
    vocabularySize: tokens?.length ?? null,
    chatTemplate: template,
    parts: count('split.count') ?? 1,
    bytes,
  }
}

/** The type that holds most of the weights. */
function commonestType(tensors: GgufFile['tensors']): string {
  const weights = new Map<number, number>()
  for (const tensor of tensors) weights.set(tensor.type, (weights.get(tensor.type) ?? 0) + tensorSize(tensor))
  const [first] = [...weights].sort((a, b) => b[1] - a[1])
  return first === undefined ? 'none' : (tensorTypes.get(first[0])?.name ?? `type ${first[0]}`)
}

/** What people commonly take for a model: a web page, or git's pointer to one. */
function whatItIs(path: string): string | undefined {
  const start = Buffer.alloc(64)
  const file = openSync(path, 'r')
  try {
    readSync(file, start, 0, 64, 0)
  } finally {
    closeSync(file)
  }
  const text = start.toString('latin1').trimStart().toLowerCase()
  if (text.startsWith('<!doctype') || text.startsWith('<html')) return 'a web page: a download went wrong'
  if (text.startsWith('version https://git-lfs')) return 'a git-lfs pointer: run `git lfs pull`'
  if (text.startsWith('pk')) return 'a zip archive'
  if (/^.{0,8}\{"/s.test(text)) return 'a safetensors file'
  return undefined
}
