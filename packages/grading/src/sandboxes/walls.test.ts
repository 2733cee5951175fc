import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { nodeArguments } from './node-cell.ts'
import { limits } from './sandbox.ts'

const test = suite('walls')

/** Evaluates JavaScript in a Node process like a cell's, behind raised walls; gives what it printed. */
function behindWalls(code: string): string {
  const [node, ...flags] = nodeArguments('unused', [], limits, [])
  const script = `
    import { writeSync } from 'node:fs'
    import { raiseWalls } from ${JSON.stringify(join(import.meta.dirname, 'walls.ts'))}
    const print = (text) => writeSync(1, text)
    const withProcess = process
    raiseWalls()
    try { print('got ' + await (async () => { ${code} })()) } catch (error) { print('refused: ' + error.message) }`
  return execFileSync(node, [...flags.slice(0, -1), '--input-type=module', '-e', script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

test('what belongs to the language is there', () =>
  assert.is(behindWalls('return [1, 2].map((n) => n * 2).join() + typeof WebAssembly.Memory'), 'got 2,4function'))

const refused: [name: string, code: string, answer: RegExp][] = [
  [
    'names of Node and of the web',
    'return Object.getOwnPropertyNames(globalThis).filter((name) => /^(?:process|require|fetch|Buffer|WebSocket|navigator|setTimeout|console|performance|crypto|Worker|global)$/.test(name)).join()',
    /^got $/,
  ],
  ['importing a module of Node', 'return (await import("node:net")).connect', /^refused: node:net cannot be imported/],
  ['importing a file', 'return await import("/etc/passwd")', /^refused: \/etc\/passwd cannot be imported/],
  ['importing a data URL', 'return (await import("data:text/javascript,export default 1")).default', /^refused: .* cannot be imported/],
  ['the Function constructor', 'return (() => {}).constructor("return 1")()', /^refused: Code generation from strings disallowed/],
  ['eval', 'return (0, eval)("1 + 1")', /^refused: Code generation from strings disallowed/],
  [
    'files, even with Node in hand',
    'return withProcess.getBuiltinModule("fs").readFileSync("/etc/passwd", "utf8")',
    /^refused: Access to this API has been restricted/,
  ],
  [
    'writing, even with Node in hand',
    `return withProcess.getBuiltinModule("fs").writeFileSync(${JSON.stringify(join(import.meta.dirname, 'owned'))}, "")`,
    /^refused: Access to this API has been restricted/,
  ],
  [
    'child processes, even with Node in hand',
    'return withProcess.getBuiltinModule("child_process").execSync("id")',
    /^refused: Access to this API has been restricted/,
  ],
  [
    'workers, even with Node in hand',
    'return new (withProcess.getBuiltinModule("worker_threads").Worker)("/dev/null")',
    /^refused: Access to this API has been restricted/,
  ],
  [
    'memory beyond the limit',
    'const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 }); return memory.grow(40_000)',
    /^refused: /,
  ],
]
for (const [name, code, answer] of refused) test(`refused: ${name}`, () => assert.match(behindWalls(code), answer))

test.run()
