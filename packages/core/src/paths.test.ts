import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-paths-'))
process.env['WHETSTONE_ROOT'] = join(scratch, 'here')
const { fromRepository, root, toRecord, toRepository } = await import('./paths.ts')

const test = suite('paths')
const here = join(scratch, 'here')
const place = (path: string) => {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, '')
  return path
}
const weights = place(join(here, 'checkpoints/tiny/round-001/candidate.gguf'))
const old = place(join(scratch, 'there/checkpoints/tiny/round-001/candidate.gguf'))
const elsewhere = place(join(scratch, 'mine/models/own.gguf'))

for (const [what, recorded, path] of [
  ['what a run wrote', 'checkpoints/tiny/round-001/candidate.gguf', weights],
  ['a model of the repository', 'models/tiny/card.json', join(root, 'models/tiny/card.json')],
  ["a user's model elsewhere", elsewhere, elsewhere],
] as const) {
  test(`${what} is recorded so that it is found again`, () => {
    assert.is(toRepository(path), recorded)
    assert.is(fromRepository(recorded), path)
    assert.is(fromRepository(path), path)
  })
}

test('an absolute path of an older record means the file of this checkout, though the old one is still there', () => {
  assert.is(fromRepository(old), weights)
  assert.is(fromRepository('/gone/models/tiny/card.json'), join(root, 'models/tiny/card.json'))
  assert.is(fromRepository('/gone/own.gguf'), '/gone/own.gguf')
})

test('a record is written with all its paths relative, and otherwise as it is', () => {
  assert.equal(toRecord({ a: [weights, 1, null], b: { c: `${weights} and more`, d: 'x', e: undefined } }), {
    a: ['checkpoints/tiny/round-001/candidate.gguf', 1, null],
    b: { c: 'checkpoints/tiny/round-001/candidate.gguf and more', d: 'x', e: undefined },
  })
})

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
