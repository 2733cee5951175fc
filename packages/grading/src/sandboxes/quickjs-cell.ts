// The process of one QuickJS interpreter: `quickjs-cell.ts program|judge <javascript files>`.
import { readFileSync } from 'node:fs'
import { newQuickJSWASMModule } from 'quickjs-emscripten'
import { raiseWalls, receiveLine, sendLine } from './walls.ts'

const [role, ...files] = process.argv.slice(2)
const exit = process.exit.bind(process)
const source = files.map((file) => readFileSync(file, 'utf8')).join('\n')
const runtime = (await newQuickJSWASMModule()).newRuntime()
// More overruns the stack of the WebAssembly build itself before QuickJS notices.
runtime.setMaxStackSize(256 * 1024)
const context = runtime.newContext()

/** The value of a script of ours; what it makes stays out of the program's sight. */
const run = (code: string) => context.unwrapResult(context.evalCode(code, 'cell.js', { type: 'global' }))
const offer = (work: (text: string) => string) => context.newFunction('offered', (text) => context.newString(work(text ? context.getString(text) : '')))

raiseWalls()
const begin = run(`((receiveLine, sendLine) => {\n${source}\nreturn ${role === 'judge' ? 'judge' : 'serve'}\n})`)
const main = context.unwrapResult(context.callFunction(begin, context.undefined, offer(receiveLine), offer((text) => (sendLine(text), ''))))
sendLine('"ready"')
if (role === 'judge') context.unwrapResult(context.callFunction(main, context.undefined))
else {
  const order = JSON.parse(receiveLine()) as { sources: string[]; names: string[] }
  // What programs written for Node or a browser touch without needing it.
  run('globalThis.module = { exports: {} }; globalThis.exports = module.exports; globalThis.console = new Proxy({}, { get: () => () => {} })')
  const failure = load(order.sources, order.names)
  if (failure) sendLine(JSON.stringify({ error: String(failure.name ?? 'Error'), message: String(failure.message ?? failure).slice(0, 300) }))
  else context.unwrapResult(context.callFunction(main, context.undefined, run(`({ ${order.names.join(', ')} })`)))
}
exit()

/** Runs the sources as scripts, so that what one declares at its top the next can see. */
function load(sources: readonly string[], names: readonly string[]): { name?: string; message?: string } | null {
  for (const code of sources) {
    const result = context.evalCode(code, 'solution.js', { type: 'global' })
    if (result.error) return (context.dump(result.error) as { name?: string; message?: string } | null) ?? {}
  }
  const missing = names.find((name) => context.evalCode(name, 'cell.js', { type: 'global' }).error)
  return missing ? { name: 'ReferenceError', message: `${missing} is not defined` } : null
}
