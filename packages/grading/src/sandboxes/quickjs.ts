import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { startNodeCell } from './node-cell.ts'
import { limits, type Sandbox } from './sandbox.ts'

/** JavaScript in QuickJS as WebAssembly (quickjs-emscripten) in a fresh Node process each time; works wherever Node does, about 0.15 s a start. The language alone: no modules, timers, files or network. */
export const quickjs: Sandbox = {
  name: 'quickjs',
  language: 'javascript',
  keepsJudges: true,
  missing: () => (found ??= probe()),
  start: (role, limits) => Promise.resolve(startNodeCell('quickjs-cell.ts', [role, inHere('channel.js'), inHere(`${role}.js`)], limits, readable())),
}

const inHere = (name: string) => join(import.meta.dirname, name)

/** The folders of quickjs-emscripten and its variants. */
function readable(): string[] {
  const require = createRequire(import.meta.url)
  const packages = dirname(dirname(require.resolve('quickjs-emscripten/package.json')))
  return ['quickjs-emscripten', 'quickjs-emscripten-core', '@jitl'].map((name) => join(packages, name))
}

let found: Promise<string | null> | undefined
async function probe(): Promise<string | null> {
  const cell = await quickjs.start('program', limits)
  try {
    return (await cell.receive()) === '"ready"' ? null : `quickjs does not start (${cell.complaint.trim().split('\n').at(-1)}): run \`npm ci\``
  } finally {
    cell.kill()
  }
}
