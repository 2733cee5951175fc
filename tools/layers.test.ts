// The layer rules of .oxlintrc.json, tried: every pair of packages in a scratch repository with a copy of the rules.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '@whetstone/core'

/** From the bottom: a package imports those of the floors below its own. */
const floors = [
  ['core'],
  ['grading', 'statistics', 'similarity', 'native', 'store'],
  ['tasks', 'inference', 'solvers', 'memory', 'evaluation', 'harvest', 'datasets', 'training', 'gates', 'runs'],
  ['recipe'],
  ['attempts'],
  ['loop', 'reports'],
  ['studies', 'viewer'],
  ['cli'],
]
const packages = floors.flat()
const floorOf = (name: string) => floors.findIndex((floor) => floor.includes(name))
const may = (from: string, to: string) => floorOf(to) < floorOf(from)

const test = suite('layers')
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-layers-'))
cpSync(join(root, '.oxlintrc.json'), join(scratch, '.oxlintrc.json'))
// The configuration names rules of ours beside it.
cpSync(join(root, 'tools/lint'), join(scratch, 'tools/lint'), { recursive: true })
test.after(() => rmSync(scratch, { recursive: true, force: true }))

/** The files (of those written) which oxlint refuses by a rule. */
function refused(rule: string, files: Record<string, string>): string[] {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(scratch, file)), { recursive: true })
    writeFileSync(join(scratch, file), text)
  }
  const { stdout, error } = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['--format=json', ...Object.keys(files)], {
    cwd: scratch,
    encoding: 'utf8',
    maxBuffer: 2 ** 27,
  })
  if (error) throw error
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] }
  return [...new Set(diagnostics.filter(({ code }) => code.includes(`(${rule})`)).map(({ filename }) => filename))].sort()
}

for (const [kind, write] of [
  ['import', (name: string) => `import '@whetstone/${name}'`],
  ['import of a type', (name: string) => `import type { A } from '@whetstone/${name}/a.ts'\nexport type B = A`],
  ['export', (name: string) => `export * from '@whetstone/${name}'`],
  ['import at run time', (name: string) => `await import('@whetstone/${name}/a.ts')`],
] as const)
  test(`of all pairs of packages, an ${kind} is refused but to a lower floor`, () => {
    const pairs = packages.flatMap((from) => packages.map((to) => ({ from, to, file: `packages/${from}/src/deep/to-${to}.ts` })))
    const found = refused('no-restricted-imports', Object.fromEntries(pairs.map(({ file, to }) => [file, write(to)])))
    const wanted = pairs.filter(({ from, to }) => !may(from, to) && from !== 'cli').map(({ file }) => file)
    assert.equal(found, wanted.sort())
  })

test('no package is reached by a path', () => {
  const files = Object.fromEntries(
    packages.map((name) => [`packages/${name}/src/by-path.ts`, `import '../../${name === 'core' ? 'runs' : 'core'}/src/a.ts'`]),
  )
  files['loops/recipes/by-path.ts'] = "import '../../packages/core/src/a.ts'"
  assert.equal(refused('no-restricted-imports', files), Object.keys(files).sort())
})

test('no circle of files, of types neither', () => {
  const files = {
    'packages/tasks/src/one.ts': "import type { Two } from './two.ts'\nexport type One = { two: Two | null }",
    'packages/tasks/src/two.ts': "import type { Three } from './deep/three.ts'\nexport type Two = { three: Three }",
    'packages/tasks/src/deep/three.ts': "import { type One } from '../one.ts'\nexport type Three = { one: One }",
    'packages/tasks/src/straight.ts': "export type { One } from './one.ts'",
  }
  assert.equal(
    refused('no-cycle', files),
    Object.keys(files)
      .filter((file) => !file.includes('straight'))
      .sort(),
  )
})

test('every package stands on a floor', () => {
  const folders = readdirSync(join(root, 'packages')).filter((name) => existsSync(join(root, 'packages', name, 'package.json')))
  assert.equal(
    folders.filter((name) => !packages.includes(name)),
    [],
    'name it here and in .oxlintrc.json',
  )
})

test.run()
