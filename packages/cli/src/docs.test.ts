// Every command that README and docs/ show is one that can be typed: the command is there, and so are its flags, and their values fit.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '@whetstone/core'
import { commandNames, loadCommand } from './main.ts'
import { parseFlags } from './parse-flags.ts'

const test = suite('docs')
const pages = [
  'README.md',
  'AGENTS.md',
  ...readdirSync(join(root, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
]
for (const page of pages) {
  const text = readFileSync(join(root, page), 'utf8')
  const commands = [...text.matchAll(/npx nx run ((?:loops|datasets|models|tools):[^\n`|;()]+)/g)].map(([, command]) =>
    (command as string)
      .replace(/\s#.*$/, '')
      .replace(/\s+(&&|or|and|for|says|lists|goes)\s.*$/, '')
      .replace(/[,.:]$/, '')
      .trim(),
  )
  test(`${page}: ${commands.length} commands`, async () => {
    for (const line of new Set(commands)) {
      // words as a shell has them
      const [name = '', ...words] = (line.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? []).map((word) =>
        word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
      )
      if (/[[…]|FILE|COMMAND/.test(line)) continue // a form, not an example
      const command = await loadCommand(name)
      try {
        parseFlags(name, command, words)
      } catch (error) {
        assert.unreachable(`${page}: npx nx run ${line}: ${(error as Error).message}`)
      }
    }
  })
  test(`${page}: what it links to is there`, () => {
    for (const [, to] of text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g))
      assert.ok(
        readdirSync(join(root, page, '..', to as string, '..')).includes((to as string).split('/').at(-1) as string),
        `${page} links to ${to}`,
      )
  })
}

test('the reference has every command; `npx nx run loops:help reference > docs/reference.md` writes it again', () => {
  const text = readFileSync(join(root, 'docs/reference.md'), 'utf8')
  assert.equal(
    commandNames().filter((name) => !text.includes(`\n### ${name}\n`)),
    [],
  )
})

test.run()
