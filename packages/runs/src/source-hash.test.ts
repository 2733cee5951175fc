import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '@whetstone/core'
import { importClosure, sourceHash } from './source-hash.ts'

const test = suite('sourceHash')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-sources-'))
const write = (name: string, text: string) => {
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), text)
}

test('everything that is imported counts, however it is imported; types and what nobody imports do not', () => {
  write(
    'a.ts',
    `import {\n  b,\n  type T,\n} from './b.ts'\nimport type { C } from './c.ts'\nexport * from './deep/d.ts'\nimport './e.ts'\nconst f = await import('./f.ts')\nimport { z } from 'zod'\n`,
  )
  write('b.ts', `import { a } from './a.ts'\nreadFileSync(join(import.meta.dirname, 'prompts'))\n`)
  write('deep/d.ts', `const text = './words.md'\n`)
  write('deep/words.md', 'words')
  write('prompts/one.json', '{}')
  for (const name of ['c.ts', 'e.ts', 'f.ts', 'unused.ts']) write(name, '')
  assert.equal(
    importClosure([join(folder, 'a.ts')]).map((file) => relative(folder, file)),
    ['a.ts', 'b.ts', 'deep/d.ts', 'deep/words.md', 'e.ts', 'f.ts', 'prompts/one.json'],
  )
})

test("a recipe's sources are its own plug-ins', not their neighbours'", () => {
  const closure = importClosure(['loops/recipes/tiny.ts']).map((file) => relative(root, file))
  for (const file of ['solvers/src/solvers/direct.ts', 'tasks/src/tasksets/addition.ts', 'core/src/trace.ts'])
    assert.ok(closure.includes(`packages/${file}`), file)
  assert.not.ok(closure.some((file) => /solvers\/(beam|star)\.ts$|\.test\.ts$/.test(file)))
  const all = sourceHash(['loops/recipes/tiny.ts'], { within: ['core', 'tasks'] })
  assert.is(sourceHash(['loops/recipes/tiny.ts'], { within: ['core', 'tasks'] }), all)
  assert.is.not(sourceHash(['loops/recipes/tiny.ts'], { within: ['core'] }), all)
  assert.is.not(sourceHash(['packages/solvers/src/solvers/direct.ts'], { within: ['core', 'tasks'] }), all)
})

test.after(() => rmSync(folder, { recursive: true }))
test.run()
