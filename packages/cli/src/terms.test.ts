// One vocabulary: what users read uses the words of docs/terms.md, and none of those that stand there as "not called".
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '@whetstone/core'

const test = suite('terms')
const terms = readFileSync(join(root, 'docs/terms.md'), 'utf8')
const avoided = terms
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(2)
  .flatMap((line) => (line.split('|')[3] ?? '').split(','))
  .map((word) => word.trim())
  .filter(Boolean)

/** Texts in quotes of sources, and pages of documentation. */
const read = ['packages/cli/src', 'packages/reports/src', 'packages/viewer/src', 'packages/loop/src', 'packages/gates/src'].flatMap(
  (folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => {
        const source = readFileSync(join(root, folder, file), 'utf8').replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
        return {
          file: join(folder, file),
          text: (source.match(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|"(?:[^"\\\n]|\\.)*"/g) ?? []).join('\n'),
        }
      }),
)
read.push({ file: 'README.md', text: readFileSync(join(root, 'README.md'), 'utf8') })

test('the page names words to avoid', () => assert.ok(avoided.length > 10))
for (const word of avoided)
  test(`nobody reads "${word}"`, () => {
    const shape = new RegExp(`\\b${word.replace(/\s+/g, '[\\s-]+')}s?\\b`, 'i')
    assert.equal(
      read.filter(({ text }) => shape.test(text)).map(({ file, text }) => `${file}: ${shape.exec(text)?.[0]}`),
      [],
    )
  })

test.run()
