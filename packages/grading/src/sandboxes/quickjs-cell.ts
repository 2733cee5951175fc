// The process of one QuickJS interpreter: `quickjs-cell.ts program|judge <javascript files>`.
import { readFileSync } from 'node:fs'
import { newQuickJSWASMModule, type QuickJSContext, type QuickJSHandle } from 'quickjs-emscripten'
import { raiseWalls, receiveLine, sendLine } from './walls.ts'

const [role, ...files] = process.argv.slice(2)
const exit = process.exit.bind(process)
const source = files.map((file) => readFileSync(file, 'utf8')).join('\n')
const engine = await newQuickJSWASMModule()
raiseWalls()
sendLine('"ready"')
do interpret()
while (role === 'judge')
exit()

/**
 * Takes one order and carries it out in a context of its own. What that holds is never freed: a program's process ends with it, a judge's
 * after a few dozen.
 */
function interpret(): void {
  const runtime = engine.newRuntime()
  // More overruns the stack of the WebAssembly build itself before QuickJS notices.
  runtime.setMaxStackSize(256 * 1024)
  const context = runtime.newContext()
  const run = (code: string) => context.unwrapResult(context.evalCode(code, 'cell.js', { type: 'global' }))
  const unwrap = (handle: QuickJSHandle | undefined) => (handle ? context.getString(handle) : '')
  const offer = (work: (text: string) => string) => context.newFunction('offered', (text) => context.newString(work(unwrap(text))))
  const call = (code: QuickJSHandle, ...values: QuickJSHandle[]) =>
    context.unwrapResult(context.callFunction(code, context.undefined, ...values))
  // As the body of a function: what our own part declares stays out of sight of what runs beside it.
  const begin = run(`((receiveLine, sendLine) => {\n${source}\nreturn ${role === 'judge' ? 'judge' : 'serve'}\n})`)
  const main = call(
    begin,
    offer(receiveLine),
    offer((text) => (sendLine(text), '')),
  )
  if (role === 'judge') return call(main).dispose()
  const order = JSON.parse(receiveLine()) as { sources: string[]; names: string[] }
  // What programs written for Node or a browser touch without needing it.
  run('globalThis.module = { exports: {} }; globalThis.exports = module.exports')
  run('globalThis.console = new Proxy({}, { get: () => () => {} })')
  const failure = load(context, order.sources, order.names)
  if (failure)
    sendLine(JSON.stringify({ error: String(failure.name ?? 'Error'), message: String(failure.message ?? failure).slice(0, 300) }))
  else call(main, run(`({ ${order.names.join(', ')} })`)).dispose()
}

/** Runs the sources as scripts, so that what one declares at its top the next can see. */
function load(context: QuickJSContext, sources: readonly string[], names: readonly string[]): { name?: string; message?: string } | null {
  for (const code of sources) {
    const result = context.evalCode(code, 'solution.js', { type: 'global' })
    if (result.error) return (context.dump(result.error) as { name?: string; message?: string } | null) ?? {}
  }
  const missing = names.find((name) => context.evalCode(name, 'cell.js', { type: 'global' }).error)
  return missing ? { name: 'ReferenceError', message: `${missing} is not defined` } : null
}
