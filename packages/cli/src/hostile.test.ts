// Whatever a row, trace, config, response, name or file holds, a reader reads it right or says in one line what is wrong and where: no crash, no stack, nothing that a
// terminal obeys. A short look in CI; WHETSTONE_HOSTILE=20000 for the long one (inputs in all, spread over the readers).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-hostile-'))
process.env['WHETSTONE_ROOT'] = scratch
process.env['OPENAI_API_KEY'] = 'key-of-ours-for-tests-12345'
const core = await import('@whetstone/core')
const { verifyMaths, verifyNumber } = await import('@whetstone/grading')
const { readImport } = await import('@whetstone/memory')
const { readRecords } = await import('@whetstone/tasks')
const { checkGguf, stripReasoning } = await import('@whetstone/inference')

const { answerOf } = await import('@whetstone/inference/scripted-endpoint.ts')
const { readResults } = await import('@whetstone/reports/compare/read-results.ts')
const { checkRunName, stepRecords, Incumbent } = await import('@whetstone/runs')
const { parseFlags } = await import('./parse-flags.ts')
const { loadCommand } = await import('./main.ts')
const { escapeHtml } = await import('@whetstone/reports/escape-html.ts')
const cycle = await loadCommand('loops:cycle')
const tiny = await import('../../../loops/recipes/tiny.ts')
const { setRecipe } = await import('@whetstone/recipe/set-recipe.ts')
const setIn = (path: string) => setRecipe(tiny.default, [{ path, text: '1', flag: `--set ${path}` }])

/** Texts as they come: odd characters, escapes, markup, paths, numbers that are none, long ones, lone surrogates. */
const nasty = fc.constantFrom(
  '\u001b]0;x\u0007',
  '\u001b[2J',
  '\u202e',
  '\0',
  '<script>alert(1)</script>',
  '![](http://x)',
  '| a |',
  '../../x',
  '%2e%2e%2f',
  'con',
  '__proto__',
  'constructor',
  '{{7*7}}',
  '${x}',
  '-0',
  '1e999',
  'NaN',
  '\ud800',
  '\ufeff',
  '\r\n',
  "'; DROP TABLE x; --",
  '<think>',
  '</think>',
  '\\boxed{',
  '#### ',
  '$'.repeat(50),
  '('.repeat(2000),
  '['.repeat(2000),
  '9'.repeat(400),
)
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  nasty,
  fc.tuple(nasty, fc.string(), nasty).map((parts) => parts.join('')),
)
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.bigInt().map(String),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(
        text,
        fc.constantFrom(
          'id',
          'question',
          'answer',
          'prompt',
          'completion',
          'messages',
          'grade',
          'acc',
          'doc_id',
          'target',
          'task',
          'content',
          'memory',
          'title',
        ),
      ),
      tie('any'),
      { maxKeys: 6 },
    ),
  ),
})).any
const record = fc.dictionary(
  fc.constantFrom(
    'id',
    'question',
    'answer',
    'gold',
    'prompt',
    'completion',
    'messages',
    'grade',
    'run',
    'round',
    'acc',
    'doc_id',
    'doc',
    'target',
    'task',
    'taskset',
    'content',
    'title',
    'description',
    'model',
    'path',
    'step',
    'value',
    '__proto__',
  ),
  value,
  { maxKeys: 12 },
)
/** A file: rows, one value, bytes, or rows with a wound. */
const file = fc.oneof(
  fc.array(record, { maxLength: 5 }).map((rows) => Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))),
  value.map((all) => Buffer.from(JSON.stringify(all) ?? '')),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.tuple(fc.array(record, { maxLength: 4 }), fc.nat(400), fc.nat(255)).map(([rows, at, byte]) => {
    const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    if (at < bytes.length) bytes[at] = byte
    return bytes.subarray(0, Math.max(0, bytes.length - (at % 7)))
  }),
  fc.array(fc.array(text, { maxLength: 5 }), { maxLength: 5 }).map((rows) => Buffer.from(rows.map((row) => row.join(',')).join('\n'))),
)

let written = 0
const put = (bytes: Uint8Array, ending: string): string => {
  const path = join(scratch, `${written++ % 50}.${ending}`)
  writeFileSync(path, bytes)
  return path
}
const ending = fc.constantFrom('jsonl', 'json', 'csv', 'tsv', 'gguf', 'parquet')
const drain = async (rows: AsyncIterable<unknown>) => {
  for await (const _ of rows);
}

type Reader = [name: string, inputs: fc.Arbitrary<unknown>, read: (input: never) => unknown]
const of = <T>(name: string, inputs: fc.Arbitrary<T>, read: (input: T) => unknown): Reader => [
  name,
  inputs,
  read as (input: never) => unknown,
]
const schemas = {
  Task: core.Task,
  Trace: core.Trace,
  Memory: core.Memory,
  Example: core.Example,
  Pair: core.Pair,
  Model: core.Model,
  Dataset: core.Dataset,
  Round: core.Round,
  Incumbent,
  ...stepRecords,
}
const readers: Reader[] = [
  ...Object.entries(schemas).map(([name, schema]) =>
    of(`rows of ${name}`, file, (bytes) => drain(core.readRows(put(bytes, 'jsonl'), schema as typeof core.Task, { wholeFile: true }))),
  ),
  of('tables', fc.tuple(file, ending), ([bytes, end]) => readRecords(put(bytes, end))),
  of('results to compare', fc.tuple(file, ending), ([bytes, end]) => readResults(put(bytes, end))),
  of('banks to import', file, (bytes) => readImport(put(bytes, 'json'))),
  of('GGUF headers', fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 200 })), ([magic, bytes]) =>
    checkGguf(put(Buffer.concat([Buffer.from(magic ? 'GGUF\x03\0\0\0' : ''), Buffer.from(bytes)]), 'gguf')),
  ),
  of('answers', fc.tuple(text, text), ([gold, answer]) => (verifyNumber({ gold, answer }), verifyMaths({ gold, answer }))),
  of('thinking', text, (answer) => stripReasoning(answer)),
  of('run names', text, (name) => checkRunName(name)),
  of(
    'flags',
    fc.array(
      fc.oneof(
        text,
        fc.constantFrom('--rounds', '--seed', '--set', '--rounds=-1', '--rounds=NaN', '--threads=5000', '--rounds=1e9', '--no-rounds'),
      ),
      { maxLength: 4 },
    ),
    (argv) => parseFlags('loops:cycle', cycle, argv),
  ),
  of('file names', text, (name) => assert.is(basename(core.fileNameOf(name, 'x')), core.fileNameOf(name, 'x'))),
  of('paths below a folder', fc.array(text, { minLength: 1, maxLength: 3 }), (names) =>
    assert.ok(core.pathBelow(scratch, ...names).startsWith(`${scratch}/`)),
  ),
  of('terminal text', text, (shown) =>
    assert.not.match(core.visibleText(shown), /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/),
  ),
  of('lines of a terminal', text, (shown) => {
    const line = core.cutLine(core.lineText(shown), 10)
    assert.not.match(line, /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/)
    assert.ok(core.terminalWidth(line) <= 10, line)
    assert.is(core.visibleText(core.visibleText(shown)), core.visibleText(shown))
  }),
  of('Markdown', text, (shown) => assert.not.match(core.markdownText(shown).replace(/\\./g, ''), /[\r\n<>|`[\]!#*_~]/)),
  of('HTML', text, (shown) => assert.not.match(escapeHtml(shown), /[<>"'\u0000\u202e]/)),
  of('addresses', text, (shown) => (core.parseAddress(`http://${shown}`, 'It'), core.decodePercent(shown, 'It'))),
  of('names of settings', fc.array(text, { minLength: 1, maxLength: 4 }), (parts) => setIn(parts.join('.'))),
  of('secrets', text, (said) => assert.not.match(core.redact(`${said}key-of-ours-for-tests-12345${said}`), /key-of-ours-for-tests-12345/)),
  of(
    'responses',
    fc.tuple(
      fc.constantFrom('text/event-stream', 'application/json', 'text/html', 'text/event-stream; charset=utf-16le', ''),
      fc.oneof(
        file,
        fc
          .array(value, { maxLength: 4 })
          .map((chunks) => Buffer.from(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''))),
        fc.array(value, { maxLength: 3 }).map((choices) => Buffer.from(`data: ${JSON.stringify({ choices, usage: choices[0] })}\n\n`)),
      ),
    ),
    ([type, body]) => answerOf(type, body),
  ),
]

const each = Math.ceil(Number(process.env['WHETSTONE_HOSTILE'] ?? 1500) / readers.length)
const test = suite('hostile inputs')
for (const [name, inputs, read] of readers)
  test(`${name}: right, or refused in a line`, () =>
    fc.assert(
      fc.asyncProperty(inputs, async (input) => {
        try {
          await read(input as never)
        } catch (error) {
          if (!(error instanceof core.BadInput)) throw error
          assert.not.match(error.message, /\n\s+at /)
          assert.ok(error.message.length < 4000, error.message.slice(0, 100))
        }
      }),
      { numRuns: each, seed: Number(process.env['WHETSTONE_HOSTILE_SEED'] ?? 1) },
    ))
test.after(() => rmSync(scratch, { recursive: true, force: true }))
test.run()
