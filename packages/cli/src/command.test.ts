import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import { defineCommand, parseFlags } from './command.ts'
import { commandNames, loadCommand } from './main.ts'

const test = suite('command')
const command = defineCommand({
  about: 'a test',
  examples: [],
  flags: {
    run: { type: 'string', about: 'a name' },
    rounds: { type: 'number', min: 1, max: 9, default: 1, about: 'a count' },
    share: { type: 'number', whole: false, about: 'a share' },
    kind: { type: 'string', choices: ['a', 'b'], default: 'a', about: 'a kind' },
    keep: { type: 'boolean', about: 'keep' },
  },
  async run() {},
})

for (const [argv, expected] of [
  [[], { run: undefined, rounds: 1, share: undefined, kind: 'a', keep: false, _: [] }],
  [['--run=x=y', '--rounds=3', '--keep'], { run: 'x=y', rounds: 3, share: undefined, kind: 'a', keep: true, _: [] }],
  [
    ['--run', 'x', '--share', '0.5', '--kind=b', '--keep=true', '--no-keep'],
    { run: 'x', rounds: 1, share: 0.5, kind: 'b', keep: false, _: [] },
  ],
  [['--run='], { run: '', rounds: 1, share: undefined, kind: 'a', keep: false, _: [] }],
] as const) {
  test(`reads ${JSON.stringify(argv)}`, () => assert.equal(parseFlags('x:y', command, argv), expected))
}

for (const [argv, message] of [
  [['--nope'], /x:y has no flag --nope\. Flags: --run --rounds --share --kind --keep/],
  [['--rounds=0'], /--rounds takes a whole number from 1 to 9, got "0"/],
  [['--rounds=1.5'], /whole number/],
  [['--rounds='], /got ""/],
  [['--rounds=1e400'], /got "1e400"/],
  [['--kind=c'], /--kind is one of a, b, got "c"/],
  [['--run'], /--run needs a value/],
  [['--run', '--keep'], /--run needs a value/],
  [['--keep=maybe'], /--keep takes no value/],
  [['stray'], /does not know what to do with "stray"/],
] as const) {
  test(`refuses ${JSON.stringify(argv)}`, () =>
    assert.throws(
      () => parseFlags('x:y', command, argv),
      (error: Error) => error instanceof BadInput && message.test(error.message) && !error.message.includes('\n'),
    ))
}

test('every command has an example that names it, and no flag that Nx takes for itself', async () => {
  const reserved = ['help', 'verbose', 'exclude', 'graph', 'parallel', 'args', 'env', 'cwd', 'color', 'command', 'commands', 'tty']
  for (const name of commandNames()) {
    const { about, examples, flags } = await loadCommand(name)
    assert.ok(about.length > 10 && examples.length > 0 && examples.every((example) => example.includes(name)), name)
    for (const flag of Object.keys(flags))
      assert.not.ok(reserved.includes(flag), `${name} names a flag --${flag}, which Nx takes for itself`)
  }
})

test.run()
