import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from '@whetstone/core'
import { defineCommand } from './command.ts'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-flags-'))
writeFileSync(join(scratch, 'rows.jsonl'), '')
process.env['WHETSTONE_HERE'] = scratch
const { parseFlags } = await import('./parse-flags.ts')

const test = suite('parseFlags')
const command = defineCommand({
  about: 'a test',
  examples: [],
  flags: {
    run: { type: 'string', about: 'a name' },
    rounds: { type: 'number', min: 1, max: 9, default: 1, about: 'a count' },
    share: { type: 'number', whole: false, about: 'a share' },
    kind: { type: 'string', choices: ['apple', 'pear'], default: 'apple', about: 'a kind' },
    keep: { type: 'boolean', about: 'keep' },
    seed: { type: 'number', about: 'a seed' },
    file: { type: 'file', about: 'rows' },
    out: { type: 'output', about: 'where to' },
    json: { type: 'json', about: 'figures' },
  },
  async run() {},
})
const none = {
  run: undefined,
  rounds: 1,
  share: undefined,
  kind: 'apple',
  keep: false,
  seed: undefined,
  file: undefined,
  out: undefined,
  json: undefined,
  _: [],
}

for (const [argv, expected] of [
  [[], {}],
  [['--run=x=y', '--rounds=3', '--keep'], { run: 'x=y', rounds: 3, keep: true }],
  [['--run', 'x', '--share', '0.5', '--kind=pear', '--keep=true', '--no-keep'], { run: 'x', share: 0.5, kind: 'pear' }],
  [['--seed=1e3', '--share=.5'], { seed: 1000, share: 0.5 }],
  [['--json=-'], { json: '-' }],
  [['--json=a.json', '--out', 'b/c.txt'], { json: join(scratch, 'a.json'), out: join(scratch, 'b/c.txt') }],
  // What is to be read: where the user stands, then the repository's root; several at once; what is in neither stays.
  [['--file=rows.jsonl'], { file: join(scratch, 'rows.jsonl') }],
  [['--file=models/tiny'], { file: 'models/tiny' }],
  [['--file=rows.jsonl,README.md+none.gguf'], { file: `${join(scratch, 'rows.jsonl')},README.md+none.gguf` }],
  [['--file=hf:owner/repo/file.gguf'], { file: 'hf:owner/repo/file.gguf' }],
] as const)
  test(`reads ${JSON.stringify(argv)}`, () => assert.equal(parseFlags('x:y', command, argv), { ...none, ...expected }))

for (const [argv, message] of [
  [['--nope'], /^x:y has no flag --nope: flags: --run, --rounds, --share, --kind, --keep/],
  [['--round=3'], /^x:y has no flag --round: did you mean "--rounds"\?/],
  [['--sede', '3'], /did you mean "--seed"\?/],
  [['--Run=x'], /did you mean "--run"\?/],
  [['-r'], /^x:y has no flag -r/],
  [['--constructor=1'], /^x:y has no flag --constructor/],
  [['--no-run'], /^x:y has no flag --no-run/],
  [['--rounds=0'], /^--rounds takes a whole number from 1 to 9, got "0"/],
  [['--rounds=1.5'], /^--rounds takes a whole number/],
  [['--rounds='], /^--rounds needs a value/],
  [['--rounds=NaN'], /^--rounds .* got "NaN"/],
  [['--rounds=Infinity'], /^--rounds .* got "Infinity"/],
  [['--rounds=0x3'], /^--rounds .* got "0x3"/],
  [['--seed=1e400'], /^--seed takes a whole number from 0 to 2147483647, got "1e400"/],
  [['--seed=99999999999999999999'], /^--seed/],
  [['--seed', '-1'], /^--seed takes a whole number from 0/],
  [['--share=-0.5'], /^--share takes a number from 0, got "-0.5"/],
  [['--kind=peer'], /^--kind cannot be "peer": did you mean "pear"\? choices: apple, pear/],
  [['--run'], /^--run needs a value/],
  [['--run='], /^--run needs a value/],
  [['--run', '--keep'], /^--run needs a value/],
  [['--run=a', '--run=b'], /^--run is given twice/],
  [['--keep=maybe'], /^--keep takes no value/],
  [['stray'], /^x:y does not know what to do with "stray"/],
  [['run=x'], /^x:y does not know what to do with "run=x": did you mean "--run"\?/],
  [['--run=a\0b'], /^--run holds a NUL/],
] as const)
  test(`refuses ${JSON.stringify(argv)}`, () =>
    assert.throws(
      () => parseFlags('x:y', command, argv),
      (error: Error) => assert.match(error.message, message) === undefined && error instanceof BadInput && !error.message.includes('\n'),
    ))

test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
