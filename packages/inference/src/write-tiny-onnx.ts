import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { random } from '@whetstone/core'

const varint = (value: number): Buffer => {
  const bytes: number[] = []
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left])
    bytes.push((left % 128) | 128)
  }
}
/** A protobuf field: a number, or bytes with their length. */
const field = (number: number, value: number | string | Buffer): Buffer => {
  if (typeof value === 'number') return Buffer.concat([varint(number * 8), varint(value)])
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
}
const message = (...fields: Buffer[]) => Buffer.concat(fields)

const words = [
  '[UNK]',
  '[PAD]',
  'add',
  'the',
  'two',
  'numbers',
  'multiply',
  'before',
  'you',
  'x',
  'number',
  'subtract',
  'Instruct',
  'Query',
  'a',
]

/** Writes a test fixture: a folder that transformers.js loads, with an ONNX model of one Gather and one Tanh (the state of a token is its row of a random table) and a tokenizer of a few words. About a kilobyte, written byte by byte. */
export function writeTinyOnnx(folder: string, width = 16): string {
  const next = random(7)
  const table = Float32Array.from({ length: words.length * width }, () => 2 * next() - 1)
  const tensorType = (element: number, ...dimensions: (number | string)[]) =>
    field(
      1,
      message(
        field(1, element),
        field(2, message(...dimensions.map((size) => field(1, typeof size === 'number' ? field(1, size) : field(2, size))))),
      ),
    )
  const value = (name: string, type: Buffer) => message(field(1, name), field(2, type))
  const node = (operator: string, inputs: string[], output: string) =>
    message(...inputs.map((input) => field(1, input)), field(2, output), field(3, output), field(4, operator))
  const graph = message(
    field(1, node('Gather', ['table', 'input_ids'], 'rows')),
    field(1, node('Tanh', ['rows'], 'last_hidden_state')),
    field(2, 'tiny'),
    field(5, message(field(1, words.length), field(1, width), field(2, 1), field(8, 'table'), field(9, Buffer.from(table.buffer)))),
    field(11, value('input_ids', tensorType(7, 'batch', 'tokens'))),
    field(12, value('last_hidden_state', tensorType(1, 'batch', 'tokens', width))),
  )
  const model = message(field(1, 8), field(7, graph), field(8, message(field(1, ''), field(2, 13))))
  mkdirSync(join(folder, 'onnx'), { recursive: true })
  writeFileSync(join(folder, 'onnx/model.onnx'), model)
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'bert', hidden_size: width }))
  writeFileSync(
    join(folder, 'tokenizer_config.json'),
    JSON.stringify({
      tokenizer_class: 'PreTrainedTokenizerFast',
      padding_side: 'right',
      pad_token: '[PAD]',
      unk_token: '[UNK]',
      model_max_length: 64,
    }),
  )
  writeFileSync(
    join(folder, 'tokenizer.json'),
    JSON.stringify({
      version: '1.0',
      truncation: null,
      padding: null,
      normalizer: null,
      decoder: null,
      added_tokens: words
        .slice(0, 2)
        .map((content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true })),
      pre_tokenizer: { type: 'Whitespace' },
      post_processor: {
        type: 'TemplateProcessing',
        single: [{ Sequence: { id: 'A', type_id: 0 } }],
        pair: [{ Sequence: { id: 'A', type_id: 0 } }],
        special_tokens: {},
      },
      model: { type: 'WordLevel', vocab: Object.fromEntries(words.map((word, id) => [word, id])), unk_token: '[UNK]' },
    }),
  )
  return folder
}
