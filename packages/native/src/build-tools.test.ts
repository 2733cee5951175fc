import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput, paths, root } from '@whetstone/core'
import { buildTools, ensureTools } from './build-tools.ts'
import { findCompiler } from './build-tools/find-compiler.ts'
import { fingerprint, isUpToDate } from './build-tools/fingerprint.ts'
import { includedHeaders } from './build-tools/included-headers.ts'
import { linkLibraries, shippedLibraries } from './build-tools/find-libraries.ts'
import { headerFiles, neededTools, sourceFiles, tools } from './build-tools/tool-list.ts'

const test = suite('build-tools')
const bin = join(root, 'tools/bin')
const built = Object.keys(tools).filter((name) => existsSync(paths.tool(name)))
const it = (what: string, check: () => void | Promise<void>) =>
  test(what, async () => {
    if (built.includes('llama-quantize') && built.includes('llama-sample')) await check()
  })
if (!built.includes('llama-quantize'))
  process.stdout.write('\nSKIP build-tools: tools/bin/llama-quantize not built: run `npx nx run tools:build`\n')

async function refused(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
  } catch (error) {
    assert.instance(error, BadInput)
    assert.not.match((error as Error).message, /\n/)
    return (error as Error).message
  }
  throw new Error('nothing was refused')
}
async function withEnvironment<T>(changes: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const before = Object.fromEntries(Object.keys(changes).map((name) => [name, process.env[name]]))
  Object.assign(process.env, changes)
  try {
    return await work()
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}

test('every tool has sources, each of which exists', () => {
  assert.equal(neededTools, ['llama-init', 'llama-train', 'llama-sample', 'llama-score', 'llama-quantize', 'llama-export-lora'])
  for (const [name, tool] of Object.entries(tools)) {
    const files = [...sourceFiles(root, tool.ours ?? []), ...headerFiles(tool)]
    for (const file of files) assert.ok(existsSync(file), `${name}: ${file}`)
    assert.ok(files.length > 0 || (tool.upstream ?? []).length > 0, name)
  }
})

test('what is missing is said in one line', async () => {
  assert.match(await refused(() => buildTools(['llama-nothing'])), /^No tool "llama-nothing"\. Tools: llama-init, /)
  assert.match(
    await withEnvironment({ PATH: '/nowhere', CXX: '' }, () => refused(async () => findCompiler())),
    /^No C\+\+ compiler found .* install one \(.*\) or name it in CXX, then run `npx nx run tools:build`$/,
  )
  assert.match(
    await withEnvironment({ CXX: '/nowhere/c++' }, () => refused(async () => findCompiler())),
    /^CXX=\/nowhere\/c\+\+ cannot be run/,
  )
})

it('what is up to date is left alone', async () => {
  const name = 'llama-quantize'
  if (!isUpToDate(name)) await buildTools([name])
  const { mtimeMs } = lstatSync(paths.tool(name))
  await ensureTools([name])
  assert.is(lstatSync(paths.tool(name)).mtimeMs, mtimeMs)
})

it('a touched source changes nothing, its content would', () => {
  const before = fingerprint('llama-export-lora')
  const source = join(root, 'tools/upstream/cpu-backend.cpp')
  utimesSync(source, new Date(), new Date())
  assert.is(fingerprint('llama-export-lora'), before)
  assert.not.equal(before, fingerprint('llama-quantize'))
})

it('what is linked anew runs', async () => {
  await buildTools(['llama-sample']) // all objects are cached: links only
  assert.match(execFileSync(paths.tool('llama-sample'), ['--version'], { encoding: 'utf8' }), /^llama-sample \d/)
  assert.equal(
    readdirSync(bin).filter((file) => file.endsWith('.tmp')),
    [],
  )
})

test('an object depends on the headers that its source reads, and no other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-headers-'))
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write('a.cpp', '#include <vector>\n  # include "b.h"\n#include "llama.h"\n// #include "d.h"\n')
  write('b.h', '#include "c.h"\n')
  write('c.h', '#include "b.h"\n')
  write('d.h', '')
  try {
    assert.equal(includedHeaders(join(folder, 'a.cpp'), [folder]), [join(folder, 'b.h'), join(folder, 'c.h')])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('neither the tools nor what the build remembers hold the path of this checkout', async () => {
  await ensureTools(['llama-sample'])
  for (const file of [paths.tool('llama-sample'), join(root, 'tools/build/libraries')])
    assert.not.ok(readFileSync(file).includes(root), `${file} names ${root}`)
  const commands = JSON.parse(readFileSync(join(root, 'tools/build/compile_commands.json'), 'utf8')) as {
    file: string
    arguments: string[]
  }[]
  assert.ok(commands.some(({ file }) => file === 'tools/rows/row-tokens.cpp'))
  for (const { file } of commands) assert.ok(existsSync(join(root, file)), file)
})

it('libraries lie beside the tools, as relative links that hold', () => {
  const links = readdirSync(bin).filter((file) => /^lib.*\.(so|dylib)$/.test(file))
  assert.ok(links.some((file) => file.startsWith('libggml-cpu')) && links.some((file) => file.startsWith('libllama.')))
  for (const link of links) {
    assert.ok(existsSync(join(bin, link)), `${link} points nowhere`)
    assert.not.match(readlinkSync(join(bin, link)), /^\//)
  }
  const folder = shippedLibraries()
  if (folder) assert.is(linkLibraries(folder).length, 4)
})

test.run()
