// What blocks say of texts: a block that holds a text is never left out, few others are read, and a file's copy says the same.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random } from '@whetstone/core'
import { indexFile, openIndex } from './row-index.ts'
import { TextBlocks } from './text-blocks.ts'

const test = suite('text blocks')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-blocks-'))
test.after(() => rmSync(folder, { recursive: true }))

const next = random(7)
const word = () =>
  Array.from({ length: 3 + Math.floor(next() * 6) }, () => 'abcdefghijklmnopqrstuvwxyzäöü東京0123'[Math.floor(next() * 35)]).join('')
const texts = Array.from({ length: 3000 }, () => Array.from({ length: 12 }, word).join(' '))
const blocks = new TextBlocks()
texts.forEach((text, index) => blocks.add(index, [text], [`memory-${index}`]))
const within = (ranges: readonly [number, number][], place: number) => ranges.some(([from, to]) => place >= from && place < to)
const size = (ranges: readonly [number, number][]) => ranges.reduce((sum, [from, to]) => sum + to - from, 0)

test('what is there is found, in any case; what is not is mostly not looked for', () => {
  let read = 0
  for (let i = 0; i < 300; i++) {
    const place = Math.floor(next() * texts.length)
    const text = texts[place] as string
    const from = Math.floor(next() * (text.length - 12))
    const ranges = blocks.rangesWith({ text: text.slice(from, from + 3 + Math.floor(next() * 9)).toUpperCase() }, texts.length)
    assert.ok(within(ranges, place))
    read += size(blocks.rangesWith({ text: `${word()}${word()}` }, texts.length))
    assert.ok(within(blocks.rangesWith({ name: `memory-${place}` }, texts.length), place))
  }
  assert.ok(read / 300 < texts.length / 20, `${read / 300} of ${texts.length} rows would be read for a text that is not there`)
  assert.is(size(blocks.rangesWith({ text: 'ab' }, texts.length)), texts.length)
  assert.is(size(blocks.rangesWith({}, texts.length)), texts.length)
})

test('an index is carried on from its file, texts and all', async () => {
  const file = join(folder, 'traces.jsonl')
  const row = (i: number) =>
    `${JSON.stringify({ id: `t-${i}`, task: `task-${i % 7}`, taskset: 's', level: 1, sample: 0, truncated: false, grade: { passed: i % 2 === 0, reason: 'r' }, memories: { shown: [], withheld: [] }, messages: [{ role: 'user', content: texts[i] }] })}\n`
  const rows = Array.from({ length: 1000 }, (_, i) => row(i))
  writeFileSync(file, rows.slice(0, 700).join(''))
  await openIndex(file)
  writeFileSync(file, rows.join(''))
  const carried = await openIndex(file)
  rmSync(indexFile(file))
  const fresh = await openIndex(file)
  assert.is(carried.length, 1000)
  for (const text of ['abc', (texts[990] as string).slice(3, 12), (texts[3] as string).slice(5, 14)])
    assert.equal(carried.rangesWith({ text }), fresh.rangesWith({ text }))
  assert.equal([...carried.find({ task: 'task-3', passed: true })], [...fresh.find({ task: 'task-3', passed: true })])
  assert.is(carried.find({}).length, 1000)
})

test.run()
