import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { startNodeCell } from './node-cell.ts'
import type { Sandbox } from './sandbox.ts'
import { whyMissing } from './start-ready.ts'

/**
 * JavaScript in QuickJS as WebAssembly (quickjs-emscripten) in a fresh Node process each time; works wherever Node does, about 0.15 s a
 * start. The language alone: no modules, timers, files or network.
 */
export const quickjs: Sandbox = {
  name: 'quickjs',
  language: 'javascript',
  missing: () => (found ??= probe()),
  async start(role, limits) {
    return startNodeCell('quickjs-cell.ts', [role, inHere('channel.js'), inHere(`${role}.js`)], role, limits, readable())
  },
}

const inHere = (name: string) => join(import.meta.dirname, name)

/** The folders of quickjs-emscripten and its variants. */
function readable(): string[] {
  const require = createRequire(import.meta.url)
  const packages = dirname(dirname(require.resolve('quickjs-emscripten/package.json')))
  return ['quickjs-emscripten', 'quickjs-emscripten-core', '@jitl'].map((name) => join(packages, name))
}

let found: Promise<string | null> | undefined
const probe = async () => (await whyMissing(quickjs))?.concat(': run `npm ci`') ?? null
