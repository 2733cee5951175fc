import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { nodeArguments, startNodeCell } from './node-cell.ts'
import { limits, type Sandbox } from './sandbox.ts'

/**
 * Python as WebAssembly (pyodide) in a fresh Node process each time; works wherever Node does. The first start takes about 2 s and leaves a memory snapshot from which the others take 0.3 s. Threads and
 * asyncio.run do not exist there.
 */
export const pyodide: Sandbox = {
  name: 'pyodide',
  language: 'python',
  keepsJudges: true,
  missing: () =>
    (snapshot ??= makeSnapshot()).then(
      () => null,
      (error: Error) => `pyodide does not start (${error.message.trim().split('\n').at(-1)}): run \`npm ci\``,
    ),
  async start(role, limits) {
    const file = await (snapshot ??= makeSnapshot())
    return startNodeCell('pyodide-cell.ts', [folder(), file, inHere('channel.py'), inHere(`${role}.py`)], limits, [folder(), file])
  },
}

const inHere = (name: string) => join(import.meta.dirname, name)
const folder = () => dirname(createRequire(import.meta.url).resolve('pyodide/package.json'))

let snapshot: Promise<string> | undefined
async function makeSnapshot(): Promise<string> {
  const [program, ...args] = nodeArguments('pyodide-cell.ts', [folder(), '-'], limits, [folder()])
  const { stdout } = await promisify(execFile)(program, args, { encoding: 'buffer', maxBuffer: 2 ** 28, timeout: 120_000, env: {} })
  const place = mkdtempSync(join(tmpdir(), 'whetstone-pyodide-'))
  process.on('exit', () => rmSync(place, { recursive: true, force: true }))
  const file = join(place, 'snapshot')
  writeFileSync(file, stdout)
  return file
}
