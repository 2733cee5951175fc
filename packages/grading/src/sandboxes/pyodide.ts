import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { hash, writeAtomic } from '@whetstone/core'
import { nodeArguments, startNodeCell } from './node-cell.ts'
import { limits, type Sandbox } from './sandbox.ts'
import { whyMissing } from './start-ready.ts'

/**
 * Python as WebAssembly (pyodide) in a fresh Node process each time; works wherever Node does. The first start ever takes about 2 s and
 * leaves a memory snapshot from which the others take 0.3 s. Threads and asyncio.run do not exist there.
 */
export const pyodide: Sandbox = {
  name: 'pyodide',
  language: 'python',
  missing: () => (found ??= probe()),
  async start(role, limits) {
    const file = await (snapshot ??= findSnapshot())
    return startNodeCell('pyodide-cell.ts', [folder(), file, inHere('channel.py'), inHere(`${role}.py`)], role, limits, [folder(), file])
  },
}

const inHere = (name: string) => join(import.meta.dirname, name)
const folder = () => dirname(createRequire(import.meta.url).resolve('pyodide/package.json'))

let found: Promise<string | null> | undefined
const probe = async () => (await whyMissing(pyodide).catch((error: Error) => error.message))?.concat(': run `npm ci`') ?? null

let snapshot: Promise<string> | undefined
/**
 * The snapshot belongs to pyodide's version and to what pyodide-cell.ts loads before it takes it; it is made once for both and kept beside
 * the installed packages, or for this process alone where that place cannot be written.
 */
async function findSnapshot(): Promise<string> {
  const key = hash(readFileSync(join(folder(), 'package.json'), 'utf8') + readFileSync(inHere('pyodide-cell.ts'), 'utf8')).slice(0, 16)
  const kept = join(dirname(folder()), '.cache/whetstone', `pyodide-${key}`)
  if (existsSync(kept)) return kept
  const [program, ...args] = nodeArguments('pyodide-cell.ts', [folder(), '-'], limits, [folder()])
  const { stdout } = await promisify(execFile)(program, args, { encoding: 'buffer', maxBuffer: 2 ** 28, timeout: 120_000, env: {} })
  try {
    writeAtomic(kept, stdout)
    return kept
  } catch {
    const place = mkdtempSync(join(tmpdir(), 'whetstone-pyodide-'))
    process.on('exit', () => rmSync(place, { recursive: true, force: true }))
    const file = join(place, 'snapshot')
    writeFileSync(file, stdout)
    return file
  }
}
