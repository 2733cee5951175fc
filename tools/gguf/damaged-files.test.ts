// Damaged GGUF files: every tool ends in one line, never by a signal, and never takes much more memory than the file. `DAMAGED=5000` tries as many; `npm test` 300.
import { execFile } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { paths, random } from '@whetstone/core'
import { haveTools, makeModel, testFolder, toJsonl, tool } from '../rows/make-model.ts'

const test = suite('damaged files')
const built = haveTools('damaged files', [
  'llama-init',
  'llama-sample',
  'llama-score',
  'llama-train',
  'llama-quantize',
  'llama-export-lora',
])
const it = (what: string, check: () => void | Promise<void>) =>
  test(what, async () => {
    if (built) await check()
  })
const folder = testFolder('damaged')
const count = Number(process.env['DAMAGED'] ?? 300)
const whole = built
  ? readFileSync(makeModel(folder, 'whole', { embedding_length: 32, feed_forward_length: 32, block_count: 1 }))
  : Buffer.alloc(0)
const data = join(folder, 'rows.jsonl')
writeFileSync(data, toJsonl([{ prompt: '1', completion: '2' }]))

/** Where the header's numbers lie, by what they say. */
function places(file: Buffer): Record<'counts' | 'lengths' | 'types' | 'values' | 'tensors', number[]> {
  const found: ReturnType<typeof places> = { counts: [8, 16], lengths: [], types: [], values: [], tensors: [] }
  const widths: Record<number, number> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 }
  let at = 24
  const text = () => {
    found.lengths.push(at)
    at += 8 + Number(file.readBigUInt64LE(at))
  }
  for (let entries = Number(file.readBigUInt64LE(16)); entries > 0; entries--) {
    text()
    const type = file.readUInt32LE(at)
    found.types.push(at)
    at += 4
    if (type === 8) text()
    else if (type === 9) {
      const item = file.readUInt32LE(at)
      const items = Number(file.readBigUInt64LE(at + 4))
      found.types.push(at)
      found.lengths.push(at + 4)
      at += 12
      if (item === 8) for (let i = 0; i < items; i++) text()
      else at += items * (widths[item] as number)
    } else {
      found.values.push(at)
      at += widths[type] as number
    }
  }
  for (let tensors = Number(file.readBigUInt64LE(8)); tensors > 0; tensors--) {
    text()
    const dimensions = file.readUInt32LE(at)
    for (let i = 0; i < 4 + dimensions * 8 + 4 + 8; i += 4) found.tensors.push(at + i)
    at += 4 + dimensions * 8 + 4 + 8
  }
  return found
}

/** One damage of each kind in turn: cut short, or a number of the header replaced. */
function damaged(file: Buffer, seed: number): Buffer {
  const next = random(seed)
  const below = (n: number) => Math.floor(next() * n)
  const copy = Buffer.from(file)
  const kinds = places(file)
  const kind = (['cut', 'counts', 'lengths', 'types', 'values', 'tensors', 'bytes'] as const)[seed % 7] as string
  if (kind === 'cut') return copy.subarray(0, below(file.length))
  if (kind === 'bytes') {
    const end = (kinds.tensors.at(-1) ?? 24) + 4
    for (let i = 0; i <= below(4); i++) copy[below(end)] = below(256)
    return copy
  }
  const list = kinds[kind as 'counts']
  const at = list[below(list.length)] as number
  const number = [0, 1, 2, 7, 33, 1 << 20, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff][below(10)] as number
  copy.writeUInt32LE(number, at)
  if (kind === 'lengths' || kind === 'counts')
    if (next() < 0.5) copy.writeUInt32LE([0, 1, 0x7fffffff, 0xffffffff][below(4)] as number, at + 4)
  return copy
}

const tools: ((file: string) => [string, string[]])[] = [
  (file) => ['llama-sample', ['-m', file, '--data', data, '-n', '2', '-t', '1', '-c', '64', '--out', '/dev/null']],
  (file) => ['llama-score', ['-m', file, '--data', data, '-t', '1', '--out', '/dev/null']],
  (file) => ['llama-train', ['sft', '-m', file, '--data', data, '--steps', '1', '--workers', '1', '--out', `${file}.out`]],
  (file) => ['llama-quantize', [file, `${file}.out`, 'Q8_0', '1']],
  (file) => ['llama-export-lora', ['-m', file, '--lora', file, '-o', `${file}.out`]],
]
type End = { code: number | null; signal: string | null; error: string }
const end = (name: string, args: string[]): Promise<End> =>
  new Promise((resolve) => {
    // writable memory of the process: what it holds by itself, 256 MiB and the file
    execFile(
      'prlimit',
      [`--data=${(300 << 20) + whole.length}`, '--core=0', paths.tool(name), ...args],
      { timeout: 60_000 },
      (error, _, stderr) =>
        resolve({ code: error ? (typeof error.code === 'number' ? error.code : null) : 0, signal: error?.signal ?? null, error: stderr }),
    )
  })

it(`${count} damaged files`, async () => {
  const wrong: string[] = []
  let next = 0
  let refused = 0
  const work = async (worker: number) => {
    for (let seed = next++; seed < count; seed = next++) {
      const file = join(folder, `damaged-${worker}.gguf`)
      writeFileSync(file, damaged(whole, seed))
      const [name, args] = (tools[seed % tools.length] as (typeof tools)[0])(file)
      const { code, signal, error } = await end(name, args)
      const lines = error.trimEnd().split('\n')
      if (code === 1) refused++
      const ended = (code === 0 || code === 1) && signal === null
      if (!ended || /out of memory|bad_alloc/.test(error) || (code === 1 && !lines.at(-1)))
        wrong.push(`${name}, damage ${seed}: exit code ${code}, signal ${signal}: ${error.slice(-300)}`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, (_, worker) => work(worker)))
  assert.equal(wrong, [])
  assert.ok(refused > count / 2, `${refused} of ${count} refused`)
})

it('the line names the file and what is wrong in it', () => {
  const file = join(folder, 'case.gguf')
  const at = (key: string) => whole.indexOf(key) + key.length + 4
  const cases: [string, (copy: Buffer) => Buffer | void, RegExp][] = [
    ['cut', (copy) => copy.subarray(0, copy.length - 40), /tensor "[^"]+" reaches over its end/],
    ['no tensors', (copy) => void copy.writeUInt32LE(1e6, 8), /ends within its header|more than it can hold/],
    ['blocks', (copy) => void copy.writeUInt32LE(0, at('llama.block_count')), /"llama\.block_count" is 0/],
    [
      'end token',
      (copy) => void copy.writeUInt32LE(1e6, at('tokenizer.ggml.eos_token_id')),
      /"tokenizer\.ggml\.eos_token_id" is 1000000 of \d+ tokens/,
    ],
    ['version', (copy) => void copy.writeUInt32LE(77, 4), /GGUF version 77/],
    ['text', (copy) => void copy.write('text', 0), /not a GGUF file/],
  ]
  for (const [what, change, expected] of cases) {
    const copy = Buffer.from(whole)
    writeFileSync(file, change(copy) ?? copy)
    for (const make of tools.slice(0, 2).concat(tools.slice(3))) {
      const [name, args] = make(file)
      const { code, error } = tool(name, args)
      assert.is(code, 1, `${name}: ${what}`)
      assert.match(error, expected, `${name}: ${what}`)
      assert.ok(error.includes(file), error)
      assert.is(error.trimEnd().split('\n').length, 1, error)
    }
  }
})

it('a split model is checked in all its files', () => {
  const first = join(folder, 'split-00001-of-00002.gguf')
  copyFileSync(join(folder, 'whole.gguf'), first)
  const header = Buffer.from(whole.subarray(0, 24))
  const entry = (key: string, value: number) => {
    const bytes = Buffer.alloc(8 + key.length + 4 + 4)
    bytes.writeBigUInt64LE(BigInt(key.length))
    bytes.write(key, 8)
    bytes.writeUInt32LE(4, 8 + key.length)
    bytes.writeUInt32LE(value, 12 + key.length)
    return bytes
  }
  header.writeBigUInt64LE(whole.readBigUInt64LE(16) + 3n, 16)
  // 32 bytes more at a time, so that the tensors lie as they lay
  const added = Buffer.concat([entry('split.count', 2), entry('split.no', 0), entry('aa.padding.of.this', 0)])
  const room = Buffer.alloc((32 - (added.length % 32)) % 32)
  const entries =
    room.length === 0
      ? added
      : Buffer.concat([entry('split.count', 2), entry('split.no', 0), entry(`aa.padding.of.this${'x'.repeat(room.length)}`, 0)])
  writeFileSync(first, Buffer.concat([header, entries, whole.subarray(24)]))
  const { code, error } = tool('llama-score', ['-m', first, '--data', data])
  assert.is(code, 1)
  assert.match(error, /split-00002-of-00002\.gguf: cannot be read: No such file/)
  // the other part says that it is one of another model: its number is right, a key is not
  const second = readFileSync(first)
  second.writeUInt32LE(1, second.indexOf('split.no') + 'split.no'.length + 4)
  const padding = second.indexOf('aa.padding')
  second.writeUInt32LE(7, padding + Number(second.readBigUInt64LE(padding - 8)) + 4)
  writeFileSync(join(folder, 'split-00002-of-00002.gguf'), second)
  assert.match(
    tool('llama-score', ['-m', first, '--data', data]).error,
    /split-00002-of-00002\.gguf: is a part of another model than .*split-00001-of-00002\.gguf \(aa\.padding\.of\.this/,
  )
  copyFileSync(first, join(folder, 'renamed.gguf'))
  assert.match(
    tool('llama-score', ['-m', join(folder, 'renamed.gguf'), '--data', data]).error,
    /is one of 2 files of a split model: name the first/,
  )
})

it('an encoder is refused, whatever it holds', () => {
  const file = join(folder, 'encoder.gguf')
  const copy = Buffer.from(whole)
  for (let at = copy.indexOf('llama'); at >= 0; at = copy.indexOf('llama', at)) copy.write('eubrt', at)
  copy.write('xbert', copy.indexOf('eubrt'))
  writeFileSync(file, copy)
  assert.match(tool('llama-sample', ['-m', file, '--data', data]).error, /encoder\.gguf: xbert is an encoder, it does not write on/)
})

test.run()
