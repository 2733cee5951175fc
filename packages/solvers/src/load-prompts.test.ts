import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fill, loadPrompts } from './load-prompts.ts'

const test = suite('load-prompts')

test('every file of prompts is whole and names only places that are filled', () => {
  const places = new Set(['problem', 'answer', 'critique', 'feedback', 'work', 'summary'])
  for (const file of readdirSync(join(import.meta.dirname, 'prompts'))) {
    const prompts = loadPrompts(file.replace('.json', ''))
    assert.match(file, /-\d+\.json$/, 'a version is part of the name')
    for (const text of Object.values(prompts).filter((value): value is string => typeof value === 'string')) {
      for (const [, name] of text.matchAll(/\{(\w+)\}/g)) assert.ok(places.has(name as string), `${file}: {${name}}`)
    }
  }
})

test('an unknown name is refused with the names that there are', () => {
  assert.throws(() => loadPrompts('prose-0'), /No prompts "prose-0"\. There are: chains-1, prose-1/)
})

test('of a critic that thinks aloud only the critique counts', () => {
  const { said } = loadPrompts('chains-1')
  const cases = [
    ['3+5=1;1*2=2!1*2=3v', '1*2=3v'],
    ['3+5=1;#1y', 'y'],
    ['1*2=3v', '1*2=3v'],
    ['#4r', '#4r'],
    ['y', 'y'],
    ['f', 'f'],
    ['3+5=1,3+5=1;1*2=3,1*2=2!1*2=3v', '1*2=3v'],
    ['1+2=3o,kx=*', '1+2=3o,kx=*'],
    // prose is no critique in marks: the small models cannot read it
    ['Certainly! The third step looks odd to me.', undefined],
    ['Look at the third step once more, carefully', undefined],
  ]
  for (const [words, critique] of cases) assert.is(said?.exec(words as string)?.[0], critique, words)
})

test('verdicts and critiques are understood as models write them', () => {
  const cases: [name: string, text: string, yes: boolean, nothingWrong: boolean][] = [
    ['prose-1', 'Yes.', true, false],
    ['prose-1', '**YES**, it is.', true, false],
    ['prose-1', ' yes', true, false],
    ['prose-1', 'No. Yesterday', false, false],
    ['prose-1', 'yesterday', false, false],
    ['prose-1', 'No errors.', false, true],
    ['prose-1', '**no errors**', false, true],
    ['prose-1', 'There are no errors!', false, true],
    ['prose-1', 'No errors in step 1, but step 2 is wrong.', false, false],
    // models/chains does the step again first
    ['chains-1', '1*2=2y', true, false],
    ['chains-1', '1*2=2n', false, false],
    ['chains-1', '#2y', true, false],
    ['chains-1', 'y', true, true],
    ['chains-1', '', false, false],
  ]
  for (const [name, text, yes, nothing] of cases) {
    const prompts = loadPrompts(name)
    assert.equal([prompts.yes.test(text), prompts.nothingWrong.test(text)], [yes, nothing], `${name}: ${text}`)
  }
})

test('what is filled in is not looked at for places', () => {
  assert.is(fill('{problem} {answer} {x}', { problem: '{answer} $1', answer: 'a' }), '{answer} $1 a {x}')
})

test.run()
