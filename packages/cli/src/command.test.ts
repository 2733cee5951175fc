import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { commandNames, loadCommand } from './main.ts'

const test = suite('command')

test('every command has an example that names it, and no flag that Nx takes for itself', async () => {
  const reserved = ['help', 'verbose', 'exclude', 'graph', 'parallel', 'args', 'env', 'cwd', 'color', 'command', 'commands', 'tty']
  for (const name of commandNames()) {
    const { about, examples, flags } = await loadCommand(name)
    assert.ok(about.length > 10 && examples.some((example) => example.includes(name)), name)
    for (const flag of Object.keys(flags))
      assert.not.ok(reserved.includes(flag), `${name} names a flag --${flag}, which Nx takes for itself`)
  }
})

test.run()
