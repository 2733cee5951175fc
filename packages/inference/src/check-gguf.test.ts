import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import { checkGguf } from './check-gguf.ts'
import { writeRandomGguf } from './write-random-gguf.ts'

const test = suite('checkGguf')
const folder = mkdtempSync(join(tmpdir(), 'check-gguf-'))
const whole = writeRandomGguf(join(folder, 'whole.gguf'), { contextLength: 256, chatTemplate: '{{ messages[0].content }}' })
const bytes = readFileSync(whole)
test.after(() => rmSync(folder, { recursive: true }))

const put = (name: string, content: Uint8Array | string) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const refusal = (path: string): string => {
  try {
    checkGguf(path)
  } catch (error) {
    assert.instance(error, BadInput)
    return (error as Error).message
  }
  return 'accepted'
}

test('reads the header', () => {
  const { path: _path, ...header } = checkGguf(whole)
  assert.equal(header, {
    kind: 'model',
    name: 'random',
    architecture: 'llama',
    parameters: 43360,
    quantization: 'F32',
    contextLength: 256,
    blockCount: 2,
    embeddingLength: 32,
    vocabularySize: 355,
    chatTemplate: '{{ messages[0].content }}',
    parts: 1,
    bytes: bytes.length,
  })
})

const edited = (at: number, value: number[]) => {
  const copy = Buffer.from(bytes)
  Buffer.from(value).copy(copy, at)
  return copy
}
const refused: [string, Uint8Array | string, RegExp][] = [
  ['empty', '', /is empty: fetch it again/],
  ['two bytes', 'GG', /not a GGUF model/],
  ['a web page', '<!DOCTYPE html><html>not found</html>', /a web page: a download went wrong/],
  ['a git-lfs pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', /git lfs pull/],
  ['a safetensors file', Buffer.concat([Buffer.alloc(8, 1), Buffer.from('{"model":{}}')]), /safetensors/],
  ['only the magic', 'GGUF', /truncated/],
  ['cut within the vocabulary', bytes.subarray(0, 2000), /truncated \(ends within its header\)/],
  [
    'cut within the weights',
    bytes.subarray(0, bytes.length - 4096),
    new RegExp(`truncated \\(${bytes.length - 4096} of ${bytes.length} bytes are there\\)`),
  ],
  ['an unknown version', edited(4, [9, 0, 0, 0]), /GGUF version 9, known are 2 and 3/],
  ['a big-endian file', edited(4, [0, 0, 0, 3]), /big-endian/],
  ['more tensors than bytes', edited(8, [255, 255, 255, 255, 255, 255, 255, 127]), /truncated/],
  ['a text longer than the file', edited(24, [255, 255, 255, 255, 0, 0, 0, 0]), /truncated/],
]
for (const [name, content, message] of refused)
  test(`refuses ${name} in one line`, () => {
    const said = refusal(put('refused.gguf', content))
    assert.match(said, message)
    assert.match(said, /refused\.gguf/)
    assert.not.match(said, /\n/)
  })

test('a missing file says how to get one', () =>
  assert.match(refusal(join(folder, 'absent.gguf')), /absent\.gguf not found: .*models:pull/))
test('a folder is refused', () => assert.match(refusal(folder), /not a file/))
test('every cut of the header is refused, none crashes', () => {
  for (let length = 1; length < 12_000; length += 97)
    assert.match(refusal(put('cut.gguf', bytes.subarray(0, length))), /truncated|not a GGUF/)
})

test.run()
