// Each command's examples, one flag of them given a value that nobody means: the command does its work or refuses in a sentence that a terminal can show; it never falls over.
// None of it in CI but the reading of examples; WHETSTONE_COMMAND_LINES=600 for so many lines over a run that is there (about 0.8 s of processor time each), WHETSTONE_COMMAND_LINES_SEED for others.
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { deriveSeed, random, root } from '@whetstone/core'
import type { Command, Flag } from './command.ts'
import { commandNames, loadCommand } from './main.ts'
import { parseFlags } from './parse-flags.ts'

const test = suite('command lines')
const count = Number(process.env['WHETSTONE_COMMAND_LINES'] ?? 0)
const next = random(deriveSeed(Number(process.env['WHETSTONE_COMMAND_LINES_SEED'] ?? 1), 'command lines'))
const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-command-lines-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))
const input = join(scratch, 'input')
mkdirSync(input)
const files = Object.entries({
  'empty.jsonl': '',
  'empty.csv': '',
  'bytes.jsonl': Buffer.from([0, 255, 254, 1, 2, 3]),
  'wide.json': Buffer.from('\ufeff{"question":"a","answer":"1"}', 'utf16le'),
  'torn.json': '{"question":"a","answer"',
  'deep.json': '['.repeat(100_000),
  'deep.jsonl': `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}\n`,
  'long.jsonl': `{"question":"${'x'.repeat(5_000_000)}","answer":"1"}\n`,
  'null.jsonl': 'null\n[]\n1\n"x"\n',
  'prototype.jsonl': '{"__proto__":{"x":1},"constructor":{"prototype":{"y":1}},"question":"a","answer":"1"}\n',
  'table.csv': 'question,answer\nHow much is 1+1?,2\n"\u001b[2J\u202e",4\n',
  'heads.csv': 'question,question,,answer\n1,2,3,4\n',
  'garbage.parquet': 'PAR1xxxxxxxxPAR1',
  'garbage.gguf': 'GGUF\u0003\0\0\0\u0001',
  'page.html': '<!doctype html><html></html>',
  'zip.zip': 'PK\u0003\u0004xxxx',
}).map(([name, content]) => {
  const file = join(input, name)
  writeFileSync(file, content)
  return file
})
symlinkSync('round', join(input, 'round'))
const texts = [
  '',
  ' ',
  '.',
  '..',
  '../../x',
  'x\u001b]0;t\u0007',
  '\u202eabc',
  'a'.repeat(5000),
  '__proto__',
  'constructor',
  '-1',
  'NaN',
  'a,b,,c',
  ',',
  ':',
  '+',
]
  .concat([
    'http://[',
    'https://',
    's3://',
    'redis://:pw@127.0.0.1:9',
    'hf:',
    '{"a":',
    '%E0',
    '[]',
    '{}',
    'null',
    'tiny:1',
    'tiny:999',
    'tiny:-1',
    'tiny:x',
    '1..0',
  ])
  .concat([
    '5-1',
    '0',
    '1',
    'true',
    '999999999999999999999',
    '/dev/null',
    '*',
    '$(id)',
    '\ufeff',
    'tiny',
    'TINY',
    'tiny/round-001',
    '😀',
    'con',
    'a\tb',
    'a\nb',
  ])
const numbers = [
  '-1',
  '0',
  '5000',
  '1e9',
  'NaN',
  'Infinity',
  '1e999',
  '1.5',
  '9007199254740993',
  '٣',
  '',
  '0x10',
  '-0',
  '1e-400',
  '1,5',
  '１',
  '2',
  '1',
]
const paths = [
  '',
  '/nowhere/x',
  scratch,
  input,
  '/dev/null',
  '/proc/self/mem',
  '/proc/self/environ',
  join(input, 'round'),
  join(input, 'n'.repeat(300)),
  `${join(input, 'x')}/`,
  `${files[0]}/below`,
  '.',
  '-',
]
const settings = [
  'x',
  '=',
  '=1',
  'a=b',
  '__proto__.x=1',
  'settings.__proto__.x=1',
  'settings=3',
  'settings.chunk=NaN',
  'trainer.clip=-1',
  'memory.k=-3',
  'gate.alpha=2',
  `settings.${'a.'.repeat(300)}=1`,
]
function odd({ type }: Flag): string {
  if (type === 'number') return pick(next() < 0.9 ? numbers : texts)
  if (type === 'boolean') return pick(['maybe', '1', 'false', ''])
  if (type === 'list') return pick(next() < 0.4 ? settings : [...texts, ...files])
  if (type === 'string') return pick(next() < 0.85 ? texts : [...files, ...paths])
  return pick(next() < 0.2 ? texts : next() < 0.5 ? paths : files)
}

/** The words of an example's last command of ours as a shell reads them. */
function wordsOf(example: string): string[] {
  const line = [...example.matchAll(/nx run ([^|>&]+)/g)].at(-1)?.[1] ?? ''
  return line.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)?.map((word) => word.replaceAll(/['"]/g, '')) ?? []
}

function start(folder: string, args: readonly string[], limit: number): Promise<{ code: number | null; output: string; seconds: number }> {
  const began = performance.now()
  const child = spawn(process.execPath, ['--max-old-space-size=2000', join(root, 'packages/cli/whetstone.mjs'), ...args], {
    env: {
      ...process.env,
      HF_ENDPOINT: 'http://127.0.0.1:9',
      WHETSTONE_ROOT: folder,
      WHETSTONE_HERE: input,
      WHETSTONE_PROGRESS: 'none',
      NO_COLOR: '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()))
  const timer = setTimeout(() => child.kill('SIGTERM'), limit * 1000)
  const killer = setTimeout(() => child.kill('SIGKILL'), limit * 1000 + 20_000)
  return new Promise((resolve) =>
    child.on('close', (code) => {
      for (const each of [timer, killer]) clearTimeout(each)
      resolve({ code, output, seconds: (performance.now() - began) / 1000 })
    }),
  )
}

const names = commandNames()
const commands = await Promise.all(names.map(async (name) => ({ name, command: await loadCommand(name) })))

const examplesOf = ({ examples }: Command, name: string) => examples.map(wordsOf).filter((words) => words[0] === name)
test('every example is a command line with known flags', async () => {
  for (const { name, command } of commands) {
    assert.ok(examplesOf(command, name).length > 0, name)
    for (const [of = '', ...args] of command.examples.map(wordsOf)) parseFlags(of, await loadCommand(of), args)
  }
})

/** What computes long by its nature, or writes into the repository: its flags are read by the same code. */
const left = ['loops:init', 'tools:build', 'tools:bench', 'models:seed', 'loops:smoke', 'loops:view', 'loops:worker', 'models:serve']
if (count > 0)
  test(`${count} command lines are done, or refused in a sentence`, async () => {
    const whole = join(scratch, 'whole')
    const cycle = [
      'loops:cycle',
      '--limit=24',
      '--samples=1',
      '--seed=5',
      '--threads=1',
      '--until-round=1',
      '--set',
      'settings.probe.tasks=0',
    ]
    const made = await start(whole, cycle, 300)
    assert.is(made.code, 0, made.output)
    const wrong: string[] = []
    for (let line = 0; line < count; line++) {
      const { name, command } = pick(
        commands.filter(({ command: { flags }, name: each }) => Object.keys(flags).length > 0 && !left.includes(each)),
      )
      const words = pick(examplesOf(command, name).filter((each) => each[1] !== 'export'))
      const [flag, spec] = pick(Object.entries(command.flags))
      const args = [...words.filter((word) => word !== `--${flag}` && !word.startsWith(`--${flag}=`)), `--${flag}=${odd(spec)}`]
      const folder = join(scratch, 'used')
      rmSync(folder, { recursive: true, force: true })
      cpSync(whole, folder, { recursive: true })
      const { code, output, seconds } = await start(folder, args, 15)
      const shown = `${JSON.stringify(args.map((arg) => arg.slice(0, 100)).join(' '))} -> ${code} after ${seconds.toFixed(1)} s: ${JSON.stringify(output.slice(-500))}`
      const fell =
        ![0, 1, 130].includes(code as number) ||
        /fault of Whetstone's own|\n\s+at .*:\d+|\[object Object\]|\bundefined\b/.test(output) ||
        // eslint-disable-next-line no-control-regex
        /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(output) ||
        (code === 1 && output.trim() === '')
      if (fell) wrong.push(shown)
      if (process.env['WHETSTONE_COMMAND_LINES_SHOW']) console.log(`${fell ? 'BAD ' : 'ok  '} ${name} ${shown}`)
    }
    assert.equal(wrong, [])
  })

test.run()
