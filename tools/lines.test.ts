// A file is a verb or a noun: one that passes 300 lines holds several, and asks to be split by sense. The loop's room holds the round and nothing else.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '@whetstone/core'

const test = suite('lines')

/** Sources without tests below a folder, from the repository's root, with their lines. */
const sources = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|mjs|js|css|html|cpp|h)$/.test(file) && !file.endsWith('.test.ts') && !/^(build|bin|node_modules)\//.test(file))
    .map((file) => ({ file: join(folder, file), lines: readFileSync(join(root, folder, file), 'utf8').split('\n').length - 1 }))

test('no file has more than 300 lines', () => {
  const found = ['packages', 'loops', 'tools'].flatMap(sources)
  assert.ok(found.length > 600 && found.some(({ file }) => file === join('tools', 'train', 'train.cpp')))
  assert.equal(
    found.filter(({ lines }) => lines > 300).map(({ file, lines }) => `${file}: ${lines}`),
    [],
    'split by sense',
  )
})

test("the loop's room has at most 2,000 lines", () => {
  const lines = sources('packages/loop/src').reduce((sum, each) => sum + each.lines, 0)
  assert.ok(lines > 1000 && lines <= 2000, `${lines}: what is not the round or a step of it belongs elsewhere`)
})

test.run()
